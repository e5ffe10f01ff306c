import {
  type CalibratedThresholds,
  calibrate,
  type GalleryCalibration,
  MIN_PEOPLE,
  promisableFpir,
  type ThresholdBounds,
  thresholdsFor,
} from '../../models/calibration/gallery-calibration.ts';
import { impostorSample } from '../../models/calibration/impostor-sample.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { Gallery } from './gallery.ts';
import { searchLeaveOneOut } from './leave-one-out.ts';

/** `too_few_people`: the pack's own thresholds hold. `outgrown`: the promise is kept, but at the price of many questions. */
export type CalibrationWarning = 'too_few_people' | 'outgrown';

/** How the thresholds stand; aggregates only. */
export interface CalibrationState {
  readonly people: number;
  readonly promisedFpir: number;
  /** What the pack can promise at this size with most people still known straight away; null where nothing is learnt yet. */
  readonly promisableFpir: number | null;
  readonly thresholds: CalibratedThresholds;
  readonly warning: CalibrationWarning | null;
}

export interface CalibrationParts {
  readonly gallery: Gallery;
  /** Opens a person's template; undefined when they are gone. The caller may overwrite it. */
  readonly templateOf: (shopperId: string) => Float32Array | undefined;
  readonly bounds: ThresholdBounds;
  readonly promisedFpir: number;
  /** From 0 up to 1; chooses whom a large gallery is sampled by. */
  readonly random: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** All pairs up to so many people; of a larger gallery as many people against everybody. */
const MAX_SEARCHES = 4_000;
/** Enough for a tail; beyond them the time decides. */
const MIN_SEARCHES = 500;
const SEARCH_TIME_MS = 5_000;
/** Changes come in batches: replicas, an enrolment day. */
const SETTLE_MS = 2_000;
/** The index is there for payments: of its time calibration takes a twentieth at most. */
const REST_FACTOR = 20;

/**
 * Keeps the thresholds that hold the promised FPIR in the gallery as it is.
 *
 * What is learnt lasts until the next run, a few seconds after a change; the step from it to thresholds takes the
 * present number of people, so a gallery that grows is answered at once. Nothing of it is stored: it is learnt
 * again from the templates at every start.
 */
export class Calibration {
  private readonly parts: CalibrationParts;
  private learnt: GalleryCalibration | undefined;
  private current: CalibrationState | undefined;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private notBeforeMs = 0;
  private started = false;
  private stopped = false;

  constructor(parts: CalibrationParts) {
    this.parts = parts;
  }

  /** For the gallery as it is now; the object never changes. */
  get state(): CalibrationState {
    const people = this.parts.gallery.peopleCount;
    if (this.current?.people !== people) this.current = this.stateFor(people);
    return this.current;
  }

  /**
   * The score from which a stranger is taken for somebody in this share of looks at most, in the gallery as it is now;
   * the highest that the pack can be used at where there are too few people to learn from.
   */
  sureFor(fpir: number): number {
    const { gallery, bounds } = this.parts;
    const people = gallery.peopleCount;
    if (!this.learnt || people < MIN_PEOPLE) return bounds.mostSure;
    return thresholdsFor(this.learnt, { people, fpir }, bounds).sure;
  }

  /** Learns from the gallery that has been loaded, and from now on from every change of it. */
  async start(): Promise<void> {
    await this.run();
    this.started = true;
  }

  /** Somebody was enrolled or erased. */
  galleryChanged(): void {
    if (!this.started || this.stopped || this.timer) return;
    const restMs = this.notBeforeMs - this.parts.clock.monotonic();
    this.timer = setTimeout(() => this.runAgain(), Math.max(SETTLE_MS, restMs));
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private runAgain(): void {
    this.timer = undefined;
    this.running = this.run().catch((error: unknown) => {
      this.parts.logger.error(
        { module: 'calibration', err: error },
        'the gallery was not learnt from',
      );
    });
  }

  private async run(): Promise<void> {
    const { gallery, templateOf, random, clock, logger } = this.parts;
    const startedAtMs = clock.monotonic();
    const goOn = (searches: number): boolean =>
      !this.stopped &&
      (searches < MIN_SEARCHES || clock.monotonic() - startedAtMs < SEARCH_TIME_MS);
    const everybody = gallery.peopleCount < MIN_PEOPLE ? [] : [...gallery.people];
    const people = spread(everybody, MAX_SEARCHES, random);
    const searches = await searchLeaveOneOut({ gallery, people, templateOf, goOn });
    if (this.stopped) return;
    this.learnt = calibrate(impostorSample(searches, gallery.peopleCount));
    this.current = undefined;
    const tookMs = clock.monotonic() - startedAtMs;
    this.notBeforeMs = clock.monotonic() + REST_FACTOR * tookMs;
    const { state } = this;
    logger.info(
      { module: 'calibration', searches: searches.length, tookMs, ...state },
      'calibrated',
    );
    if (state.warning === 'outgrown') {
      logger.warn(
        { module: 'calibration', ...state },
        'the gallery outgrows what the pack can promise',
      );
    }
  }

  private stateFor(people: number): CalibrationState {
    const { bounds, promisedFpir } = this.parts;
    const { learnt } = this;
    const thresholds = thresholdsFor(learnt, { people, fpir: promisedFpir }, bounds);
    if (!learnt || people < MIN_PEOPLE) {
      return { people, promisedFpir, promisableFpir: null, thresholds, warning: 'too_few_people' };
    }
    const promisable = promisableFpir(learnt, people, bounds);
    const warning = promisable > promisedFpir ? 'outgrown' : null;
    return { people, promisedFpir, promisableFpir: promisable, thresholds, warning };
  }
}

/** Up to `count` of them, evenly spread from a start by lot. */
function spread<T>(all: readonly T[], count: number, random: () => number): T[] {
  if (all.length <= count) return [...all];
  const step = all.length / count;
  const start = random() * step;
  return Array.from({ length: count }, (_, i) => all[Math.floor(start + i * step)]).filter(
    (one) => one !== undefined,
  );
}
