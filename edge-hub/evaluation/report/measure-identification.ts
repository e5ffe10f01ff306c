import { errorsAt, ratesBetween, stepsFor } from '../../../models/evaluation/error-trade-off.ts';
import { spreadOf } from '../../../models/evaluation/measure-payment-looks.ts';
import { personOf } from '../../../models/evaluation/picture-tree.ts';
import {
  MIN_EXPECTED_FALSE_MATCHES,
  ScoreCounts,
  scoreOf,
} from '../../../models/evaluation/score-counts.ts';
import { personInterval } from '../../../models/evaluation/statistics/person-bootstrap.ts';
import {
  type Draw,
  rateEstimate,
  trialsByPerson,
} from '../../../models/evaluation/statistics/rate-estimate.ts';
import type { Identification, MeasuredRate } from '../../../models/report/recognition-report.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { type PlayedProbe, playStreets } from '../evaluate-street.ts';

/** A first candidate who is somebody else, or nobody: no threshold makes it the right person. */
const WRONG = -1;
const CURVE = { highest: 0.5, perDecade: 6 } as const;

/**
 * Open-set identification by the street's protocol (`evaluate street`), with intervals and the trade-off of the first
 * candidate's score.
 *
 * @throws TooFewPeopleError
 */
export async function measureIdentification(
  options: Omit<Parameters<typeof playStreets>[0], 'onPlay' | 'onStreet' | 'onSuspect'> & {
    readonly onStreet: (done: number) => void;
  },
  draw: Draw,
): Promise<Identification> {
  const played: Probe[] = [];
  const fpirs: number[] = [];
  const fnirs: number[] = [];
  const figures = await playStreets({
    ...options,
    onPlay: (one) => played.push(probeOf(one)),
    onStreet: (done, { fpir, fnir }) => {
      fpirs.push(fpir);
      fnirs.push(fnir);
      options.onStreet(done);
    },
    onSuspect: () => undefined,
  });
  const strangers = played.filter(({ isMated }) => !isMated);
  const enrolled = played.filter(({ isMated }) => isMated);
  const { straightThrough, afterLast4, afterPin, served } = figures;
  const fnir = rateOf(enrolled, ({ sure }) => sure !== 'right', draw);
  return {
    gallery: options.gallery,
    promisedFpir: options.promisedFpir,
    streets: options.repeats,
    // a gallery is smaller than the set: there are strangers
    fpir: present(
      rateOf(strangers, ({ sure }) => sure !== 'nobody', draw),
      'strangers',
    ),
    fpirOfStreets: rangeOf(fpirs),
    wrongCharges: present(
      rateOf(played, ({ wronglyCharged }) => wronglyCharged, draw),
      'searches',
    ),
    mated: fnir && {
      fnir,
      fnirOfStreets: rangeOf(fnirs),
      straightThrough,
      afterLast4,
      afterPin,
      served,
    },
    thresholds: figures.thresholds,
    promisableFpir: figures.promisableFpir,
    uncalibrated: figures.uncalibrated,
    det: tradeOff(strangers, enrolled),
    searchMs: spreadOf(played.map(({ searchMs }) => searchMs)),
  };
}

/** What is kept of a search; a folder's name is only used to tell people apart. */
interface Probe {
  readonly person: string;
  readonly isMated: boolean;
  /** Whom the first look was sure of. */
  readonly sure: 'nobody' | 'right' | 'wrong';
  readonly wronglyCharged: boolean;
  /** Of the first candidate; of the enrolled, only where it is the right one. */
  readonly score: number;
  readonly searchMs: number;
}

function probeOf({ probe, play, search }: PlayedProbe): Probe {
  const { personId } = probe;
  const [first] = search.candidates;
  const isMated = personId !== undefined;
  const counts = first && (!isMated || first.shopperId === personId);
  return {
    person: personOf(probe.path),
    isMated,
    sure: play.sureOf === undefined ? 'nobody' : play.sureOf === personId ? 'right' : 'wrong',
    wronglyCharged: play.charged !== undefined && play.charged !== personId,
    score: counts ? first.score : WRONG,
    searchMs: search.elapsedMs,
  };
}

/** Drawing people anew redraws who looks, in every street; the galleries stay as they were drawn. */
function rateOf(
  probes: readonly Probe[],
  isEvent: (probe: Probe) => boolean,
  draw: Draw,
): MeasuredRate | null {
  const byPerson = trialsByPerson(
    probes.map((probe) => ({ person: probe.person, event: isEvent(probe) })),
  );
  return rateEstimate(probes.filter(isEvent).length, probes.length, personInterval(byPerson, draw));
}

function rangeOf(rates: readonly number[]): { readonly low: number; readonly high: number } {
  return { low: Math.min(...rates), high: Math.max(...rates) };
}

function tradeOff(strangers: readonly Probe[], enrolled: readonly Probe[]): Identification['det'] {
  const lowest = MIN_EXPECTED_FALSE_MATCHES / strangers.length;
  if (enrolled.length === 0 || !(lowest < CURVE.highest)) return [];
  const impostor = new ScoreCounts();
  const genuine = new ScoreCounts();
  for (const { score } of strangers) impostor.add(score);
  for (const { score } of enrolled) genuine.add(score);
  const rates = ratesBetween(lowest, CURVE.highest, CURVE.perDecade);
  const steps = stepsFor(rates, impostor).map((step) => present(step, 'enough strangers'));
  return errorsAt(steps, { genuine, impostor }).map(({ step, falseMatches, falseNonMatches }) => ({
    fpir: falseMatches / strangers.length,
    fnir: falseNonMatches / enrolled.length,
    threshold: scoreOf(step),
  }));
}
