import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type {
  FundingSourceName,
  PaymentInState,
  ReturnState,
} from '../shared/contracts/http-funding.ts';
import type { Logger } from '../shared/kernel/logger.ts';
import type { LakePass } from './insight/lake/lake.ts';
import type { ChainBreak } from './intake/hub-chain.ts';
import type { BookedBatch } from './intake/intake-booking.ts';

/** What a gauge shows of a hub when it is read. */
export interface HubGauges {
  readonly hubId: string;
  readonly up: boolean;
  readonly lag: number | undefined;
  readonly halted: boolean;
}

/**
 * Business events: one function each, told to the log and counted in the metrics. Nothing here names a
 * shopper.
 */
export class CentralEvents {
  readonly registry = new Registry();
  private readonly logger: Logger;
  private readonly received = this.counter(
    'wuma_intake_events_total',
    'Events booked into the inbox',
    ['hub', 'type'],
  );
  private readonly quarantined = this.counter('wuma_intake_quarantined_total', 'Events put aside', [
    'hub',
    'reason',
  ]);
  private readonly duplicates = this.counter(
    'wuma_intake_duplicates_total',
    'Events delivered again and skipped',
    ['hub'],
  );
  private readonly breaks = this.counter(
    'wuma_intake_chain_breaks_total',
    'Times a hub’s chain did not go on',
    ['hub', 'code'],
  );
  private readonly payments = this.counter('wuma_payments_booked_total', 'Payments booked', [
    'hub',
  ]);
  private readonly moves = this.counter(
    'wuma_payment_moves_booked_total',
    'Authorisations, refunds, reversals, cancellations and expiries booked',
    ['hub', 'type'],
  );
  private readonly differences = new Gauge({
    name: 'wuma_reconciliation_differences',
    help: 'Differences that the last walk through a hub’s books has found',
    labelNames: ['hub'],
    registers: [this.registry],
  });
  private readonly bookingLag = new Histogram({
    name: 'wuma_payment_booking_lag_seconds',
    help: 'From capture at the hub to the city’s books',
    labelNames: ['hub'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600, 3600],
    registers: [this.registry],
  });
  private readonly fetched = this.counter(
    'wuma_intake_resynced_total',
    'Events fetched from a hub’s ledger because its stream did not have them',
    ['hub'],
  );
  private readonly refusedReplicas = this.counter(
    'wuma_replicas_refused_total',
    'Sealed templates not forwarded',
    ['hub'],
  );
  private readonly lakeRows = this.counter(
    'wuma_lake_rows_total',
    'Booked events projected into the lake',
    [],
  );
  private readonly lakeErasures = this.counter(
    'wuma_lake_erasures_total',
    'People taken out of the lake',
    [],
  );
  private readonly lakeBehind = new Gauge({
    name: 'wuma_lake_behind_events',
    help: 'Events in the books that the lake does not have yet',
    labelNames: ['hub'],
    registers: [this.registry],
  });
  private readonly panelTimes = new Histogram({
    name: 'wuma_insight_panel_seconds',
    help: 'From the question to the panel',
    labelNames: ['panel', 'outcome'],
    buckets: [0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15],
    registers: [this.registry],
  });
  private readonly insightUp = new Gauge({
    name: 'wuma_insight_up',
    help: '1 while the process that fills the lake runs',
    registers: [this.registry],
  });
  private readonly asks = this.counter(
    'wuma_allowance_asks_total',
    'Answers to a hub’s question for shoppers’ money',
    ['hub', 'outcome'],
  );
  private readonly pulls = this.counter('wuma_downlink_pulls_total', 'Answers to a hub’s pull', [
    'hub',
    'outcome',
  ]);

  private readonly bankMessages = this.counter(
    'wuma_bank_messages_total',
    'Files sent to the bank and answers taken from it',
    ['kind', 'outcome'],
  );
  private readonly settlements = this.counter(
    'wuma_settlements_total',
    'Daily settlements that were tried',
    ['outcome'],
  );

  private readonly funding = this.counter(
    'wuma_funding_total',
    'Payments in, and returns of them, that have come to another state',
    ['source', 'kind', 'state'],
  );

  constructor(logger: Logger) {
    this.logger = logger.child({ module: 'events' });
    collectDefaultMetrics({ register: this.registry });
  }

  /** Lets the gauges read how the hubs are doing whenever metrics are asked for. */
  watchHubs(read: () => readonly HubGauges[]): void {
    const gauge = (name: string, help: string, value: (hub: HubGauges) => number): void => {
      // the registry keeps it; a gauge with `collect` fills itself
      void new Gauge({
        name,
        help,
        labelNames: ['hub'],
        registers: [this.registry],
        collect() {
          this.reset();
          for (const hub of read()) this.set({ hub: hub.hubId }, value(hub));
        },
      });
    };
    gauge('wuma_hub_up', '1 while the hub’s stream answers', (hub) => Number(hub.up));
    gauge('wuma_hub_intake_halted', '1 while the hub’s chain is broken', (hub) =>
      Number(hub.halted),
    );
    gauge(
      'wuma_hub_lag_events',
      'Events not read yet, -1 while the hub is down',
      (hub) => hub.lag ?? -1,
    );
  }

  batchBooked(batch: BookedBatch): void {
    const hub = batch.hubId;
    // a type is the hub's word: only those we know become a label
    for (const { event } of batch.events) this.received.inc({ hub, type: event?.type ?? 'other' });
    for (const { reason } of batch.quarantined) this.quarantined.inc({ hub, reason });
    this.duplicates.inc({ hub }, batch.duplicates);
    this.payments.inc({ hub }, batch.payments.length);
    for (const { type } of batch.moves) this.moves.inc({ hub, type });
    this.refusedReplicas.inc({ hub }, batch.refusedReplicas);
    for (const { data } of batch.payments) {
      const lagMs = batch.bookedAt.getTime() - Date.parse(data.capturedAt);
      this.bookingLag.observe({ hub }, Math.max(0, lagMs) / 1000);
    }
    if (batch.quarantined.length > 0) {
      const reasons = [...new Set(batch.quarantined.map((row) => row.reason))];
      this.logger.warn({ hub, count: batch.quarantined.length, reasons }, 'events put aside');
    }
    this.hubSetBack(hub, batch);
  }

  chainBroken(hub: string, broken: ChainBreak): void {
    this.breaks.inc({ hub, code: broken.code });
    this.logger.error({ hub, ...broken }, 'the hub’s chain does not go on: its intake is halted');
  }

  reconciled(hub: string, differences: number): void {
    this.differences.set({ hub }, differences);
    this.logger[differences > 0 ? 'warn' : 'info']({ hub, differences }, 'the books were walked');
  }

  reconciliationFailed(hub: string, error: unknown): void {
    this.logger.error({ hub, why: summary(error) }, 'the books could not be walked');
  }

  lakePassed(pass: LakePass): void {
    this.lakeRows.inc(pass.rows);
    this.lakeErasures.inc(pass.erased);
    this.lakeBehind.reset();
    for (const [hub, events] of Object.entries(pass.behind)) this.lakeBehind.set({ hub }, events);
    if (pass.rotated) this.logger.info('the pseudonyms in the lake are made anew');
  }

  lakeFailed(why: string): void {
    this.logger.error({ why }, 'the lake could not be brought up to the books');
  }

  panelAnswered(panel: string, done: { readonly ok: boolean; readonly tookMs: number }): void {
    this.panelTimes.observe({ panel, outcome: done.ok ? 'ok' : 'failed' }, done.tookMs / 1000);
  }

  panelFailed(why: string): void {
    this.logger.error({ why }, 'a panel could not be made');
  }

  insightStarted(): void {
    this.insightUp.set(1);
  }

  insightEnded(code: number | null, wasAsked: boolean): void {
    this.insightUp.set(0);
    if (!wasAsked) this.logger.error({ code }, 'the process that fills the lake has ended');
  }

  streamReplaced(hub: string): void {
    this.logger.warn({ hub }, 'the hub has another stream than before: reading it from its start');
  }

  /** The hub goes on from an earlier event, or an appliance that was replaced is heard of. */
  private hubSetBack(
    hub: string,
    { epochs, superseded }: Pick<BookedBatch, 'epochs' | 'superseded'>,
  ): void {
    for (const { fromSeq, afterSeq } of epochs) {
      const aheadBy = fromSeq - 1 - afterSeq;
      this.logger.error(
        { hub, afterSeq, aheadBy },
        'the hub was restored from a backup or replaced',
      );
    }
    if (superseded.length > 0) {
      const events = superseded.length;
      this.logger.error({ hub, events }, 'an appliance that was replaced tells of more: put aside');
    }
  }

  /** Events that the stream did not have were fetched from the hub's ledger. */
  resynced(hub: string, events: number): void {
    this.fetched.inc({ hub }, events);
    this.logger.info({ hub, events }, 'read from the hub’s ledger to its end');
  }

  resyncFailed(hub: string, error: unknown): void {
    this.logger.warn({ hub, why: summary(error) }, 'the hub’s ledger cannot be read now');
  }

  hubUp(hub: string, lag: number): void {
    this.logger.info({ hub, lag }, 'the hub’s stream is read');
  }

  /** Said once an outage; while it lasts, only at debug. */
  intakeInterrupted(hub: string, why: { readonly error: unknown; readonly wasUp: boolean }): void {
    this.logger[why.wasUp ? 'warn' : 'debug'](
      { hub, why: summary(why.error) },
      'the hub’s stream cannot be read now',
    );
  }

  downlinkPulled(
    hub: string,
    pulled: { readonly afterSeq: number; readonly headSeq: number; readonly sent: number },
  ): void {
    this.pulls.inc({ hub, outcome: 'answered' });
    if (pulled.afterSeq > pulled.headSeq) {
      this.logger.error(
        { hub, afterSeq: pulled.afterSeq, headSeq: pulled.headSeq },
        'the hub has applied more than central ever sent',
      );
    } else if (pulled.sent > 0) {
      this.logger.info({ hub, sent: pulled.sent, headSeq: pulled.headSeq }, 'downlink sent');
    }
  }

  downlinkRefused(hub: string, code: string): void {
    this.pulls.inc({ hub: code === 'unknown_hub' ? 'unknown' : hub, outcome: code });
    this.logger.warn({ code }, 'a downlink pull was refused');
  }

  downlinkFailed(hub: string, error: unknown): void {
    this.pulls.inc({ hub, outcome: 'unavailable' });
    this.logger.error({ hub, why: summary(error) }, 'a downlink pull could not be answered');
  }

  paymentFileSent(messageId: string): void {
    this.bankMessages.inc({ kind: 'pain.001', outcome: 'sent' });
    this.logger.info({ messageId }, 'a payment file was sent to the bank');
  }

  bankMessageTaken(
    kind: 'pain.002' | 'camt.053' | 'unknown',
    outcome: 'booked' | 'repeated' | 'reused' | 'unreadable',
  ): void {
    this.bankMessages.inc({ kind, outcome });
    const isPlain = outcome === 'booked' || outcome === 'repeated';
    this.logger[isPlain ? 'info' : 'error']({ kind, outcome }, 'an answer of the bank was taken');
  }

  bankFailed(error: unknown): void {
    this.bankMessages.inc({ kind: 'any', outcome: 'failed' });
    this.logger.error(
      { why: summary(error) },
      'the exchange with the bank failed: it is tried again',
    );
  }

  reportMade({ kind, period }: { readonly kind: string; readonly period: string }): void {
    this.logger.info({ kind, period }, 'a report of the bureau was made');
  }

  reportFailed(error: unknown): void {
    this.logger.error({ why: summary(error) }, 'reports could not be made: it is tried again');
  }

  settled(day: string, outcome: 'settled' | 'too_early' | 'run_differs'): void {
    this.settlements.inc({ outcome });
    this.logger[outcome === 'settled' ? 'info' : 'warn']({ day, outcome }, 'daily settlement');
  }

  settlementFailed(day: string, error: unknown): void {
    this.settlements.inc({ outcome: 'failed' });
    this.logger.error(
      { day, why: summary(error) },
      'the day could not be settled: it is tried again',
    );
  }

  paymentInMoved(source: FundingSourceName, state: PaymentInState): void {
    this.fundingMoved({ source, kind: 'payment', state });
  }

  paymentReturnMoved(source: FundingSourceName, state: ReturnState): void {
    this.fundingMoved({ source, kind: 'return', state });
  }

  fundingFailed(error: unknown): void {
    this.logger.error({ why: summary(error) }, 'a step of funding failed: it is tried again');
  }

  allowanceRefused(hub: string, code: string): void {
    this.asks.inc({ hub: code === 'unknown_hub' ? 'unknown' : hub, outcome: code });
    this.logger.warn({ code }, 'a question for allowances was refused');
  }

  allowanceFailed(hub: string, error: unknown): void {
    this.asks.inc({ hub, outcome: 'unavailable' });
    this.logger.error({ hub, why: summary(error) }, 'a question for allowances was not answered');
  }

  allowancesAnswered(hub: string): void {
    this.asks.inc({ hub, outcome: 'answered' });
  }

  private fundingMoved(moved: Record<'source' | 'kind' | 'state', string>): void {
    this.funding.inc(moved);
    this.logger[moved.state === 'unresolved' ? 'error' : 'info'](moved, 'funding');
  }

  private counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}

/**
 * An error without its details: a database driver's error carries the query's parameters, which may
 * name a shopper.
 */
export function summary(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const cause = error.cause instanceof Error ? ` <- ${summary(error.cause)}` : '';
  const isQuery = error.message.startsWith('Failed query');
  return `${error.name}${code}: ${isQuery ? 'query failed' : (error.message.split('\n')[0] ?? '')}${cause}`;
}
