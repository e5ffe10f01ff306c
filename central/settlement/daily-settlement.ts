import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { Principal } from '../access/principal.ts';
import type { CentralEvents } from '../events.ts';
import { addDays, dayOf } from '../merchants/china-time.ts';
import type { BusinessDays } from './business-days.ts';
import type { Settlement } from './settlement.ts';

const LOOK_EVERY_MS = 60_000;
const CENTRAL: Principal = { subject: 'central', role: 'operator', merchants: [] };

export interface DailySettlementParts {
  readonly settlement: Settlement;
  readonly businessDays: BusinessDays;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly events: CentralEvents;
  /** China's time of day from which the day before is settled. */
  readonly at: { readonly hour: number; readonly minute: number };
}

/**
 * Settles T+1: on every business day, once its hour has come, what was taken up to the end of the day before. A weekend's and a
 * holiday's takings are paid on the business day after. A central that was down at the hour does it when it is back.
 */
export class DailySettlement implements Stoppable {
  readonly name = 'daily settlement';
  private readonly parts: DailySettlementParts;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private settledDay: string | undefined;

  constructor(parts: DailySettlementParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.look());
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Settles the day before if its time has come. Never throws: it looks again. */
  async look(): Promise<void> {
    const { settlement, businessDays, clock, newId, events, at } = this.parts;
    const now = clock.now();
    const today = dayOf(now);
    const due = Date.parse(`${today}T00:00:00.000+08:00`) + (at.hour * 60 + at.minute) * 60_000;
    const day = addDays(today, -1);
    if (now < due || this.settledDay === day || !businessDays.isBusinessDay(today)) return;
    try {
      const run = { kind: 'daily', runId: newId(), day, currency: 'CNY' } as const;
      const done = await settlement.run(run, CENTRAL);
      if (done.ok) this.settledDay = day;
      events.settled(day, done.ok ? 'settled' : done.error);
    } catch (error) {
      events.settlementFailed(day, error);
    }
  }
}
