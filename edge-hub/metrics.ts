import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { LightReason, LightVerdict } from '../models/runtime/light-evidence.ts';
import type { RefusalCode } from '../shared/contracts/refusal.ts';
import type { StagesMs } from '../shared/contracts/terminal-messages.ts';
import type { CalibrationState } from './recognition/calibration.ts';

/** What is read when Prometheus asks. */
export interface HubGauges {
  readonly galleryTemplates: () => number;
  /** On disk under another template key than the one in force. */
  readonly templatesToRenew: () => number;
  readonly peopleOfFormerPack: () => number;
  readonly calibration: () => CalibrationState;
  readonly queueDepth: () => number;
  readonly outboxPending: () => number;
  readonly centralUp: () => boolean;
  readonly terminalsConnected: () => number;
}

const STAGES = ['queue', 'decode', 'detect', 'pad', 'embed', 'search', 'commit', 'total'] as const;
const STAGE_BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 700, 1_000, 2_000, 5_000];

/** Counters of one hub. Labels are codes and stages only: nothing that names a person, shop or terminal. */
export class HubMetrics {
  readonly registry = new Registry();
  private readonly refusals: Counter<'code'>;
  private readonly decisions: Counter<'outcome' | 'code'>;
  private readonly stages: Histogram<'stage'>;
  private readonly lights: Counter<'verdict' | 'reason'>;
  private readonly permissionsDenied: Counter<'what'>;
  private readonly logins: Counter<'result'>;
  private readonly downlink: Counter<'type' | 'outcome'>;
  private readonly moves: Counter<'move' | 'result'>;
  private readonly published: Counter;
  private readonly eventRefusals: Counter;
  private readonly oversize: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.refusals = new Counter({
      name: 'wuma_hub_refusals_total',
      help: 'Requests of terminals that were answered with an error, by code',
      labelNames: ['code'],
      registers,
    });
    this.decisions = new Counter({
      name: 'wuma_hub_decisions_total',
      help: 'Probes and answers that were decided, by outcome and code',
      labelNames: ['outcome', 'code'],
      registers,
    });
    this.stages = new Histogram({
      name: 'wuma_hub_stage_milliseconds',
      help: 'Time of each stage of a decided probe',
      labelNames: ['stage'],
      buckets: STAGE_BUCKETS_MS,
      registers,
    });
    this.lights = new Counter({
      name: 'wuma_hub_light_challenges_total',
      help: 'Faces lit by a terminal’s screen, by verdict and by what kept it from passed',
      labelNames: ['verdict', 'reason'],
      registers,
    });
    this.permissionsDenied = new Counter({
      name: 'wuma_hub_permission_denied_total',
      help: 'Topics of others that a terminal tried to publish or subscribe to',
      labelNames: ['what'],
      registers,
    });
    this.logins = new Counter({
      name: 'wuma_hub_logins_total',
      help: 'Connections of terminals, by result',
      labelNames: ['result'],
      registers,
    });
    this.downlink = new Counter({
      name: 'wuma_hub_downlink_total',
      help: 'Messages from central, by type and outcome',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.moves = new Counter({
      name: 'wuma_hub_moves_total',
      help: 'Captures, refunds, reversals and cancellations that terminals asked for, by result',
      labelNames: ['move', 'result'],
      registers,
    });
    this.published = new Counter({
      name: 'wuma_hub_events_published_total',
      help: 'Events that JetStream has taken',
      registers,
    });
    this.eventRefusals = new Counter({
      name: 'wuma_hub_events_refused_total',
      help: 'Events that the stream will never take; central fetches them from the ledger',
      registers,
    });
    this.oversize = new Counter({
      name: 'wuma_hub_oversize_bytes_total',
      help: 'Bytes of messages above the limit that were skipped',
      registers,
    });
  }

  refused(code: RefusalCode): void {
    this.refusals.inc({ code });
  }

  /** @param code why not paid, or what was asked */
  decided(outcome: string, code: string | null): void {
    this.decisions.inc({ outcome, code: code ?? 'none' });
  }

  /** The stages of a decided probe. */
  looked(stagesMs: StagesMs): void {
    for (const stage of STAGES) this.stages.observe({ stage }, stagesMs[stage]);
  }

  /** What a light challenge came to. */
  lit(verdict: LightVerdict, reason: LightReason | null): void {
    this.lights.inc({ verdict, reason: reason ?? 'none' });
  }

  permissionDenied(what: 'publish' | 'subscribe'): void {
    this.permissionsDenied.inc({ what });
  }

  login(result: string): void {
    this.logins.inc({ result });
  }

  downlinkHandled(type: string, outcome: 'applied' | 'rejected'): void {
    this.downlink.inc({ type, outcome });
  }

  /** @param result `done`, or why it was refused */
  moved(move: string, result: string): void {
    this.moves.inc({ move, result });
  }

  eventsPublished(count: number): void {
    this.published.inc(count);
  }

  eventsRefused(): void {
    this.eventRefusals.inc();
  }

  oversizeSkipped(bytes: number): void {
    this.oversize.inc(bytes);
  }

  /** Gauges that are read from their source when asked for. */
  watch(gauges: HubGauges): void {
    const gauge = (name: string, help: string, read: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    gauge(
      'wuma_hub_gallery_templates',
      'Templates that a search looks at',
      gauges.galleryTemplates,
    );
    gauge(
      'wuma_hub_templates_to_renew',
      'Templates on disk that are under another template key than the one in force',
      gauges.templatesToRenew,
    );
    gauge(
      'wuma_hub_people_of_former_pack',
      'People who still have a template of the model pack before',
      gauges.peopleOfFormerPack,
    );
    const { calibration } = gauges;
    gauge(
      'wuma_hub_threshold_sure',
      'Comparison score from which the best candidate is sure',
      () => calibration().thresholds.sure,
    );
    gauge(
      'wuma_hub_threshold_floor',
      'Comparison score below which the best candidate is nobody',
      () => calibration().thresholds.floor,
    );
    gauge(
      'wuma_hub_promised_fpir',
      'Share of strangers that may reach the sure zone',
      () => calibration().promisedFpir,
    );
    gauge(
      'wuma_hub_promisable_fpir',
      'What the pack can promise at the present size of the gallery; NaN where nothing is learnt yet',
      () => calibration().promisableFpir ?? Number.NaN,
    );
    gauge('wuma_hub_queue_depth', 'Probes that wait for recognition', gauges.queueDepth);
    gauge(
      'wuma_hub_outbox_pending',
      'Committed events that JetStream has not taken yet',
      gauges.outboxPending,
    );
    gauge('wuma_hub_central_up', '1 when central answered last time', () =>
      gauges.centralUp() ? 1 : 0,
    );
    gauge(
      'wuma_hub_terminals_connected',
      'Terminals that are connected now',
      gauges.terminalsConnected,
    );
  }
}
