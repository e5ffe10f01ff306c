import { createHash } from 'node:crypto';
import type { ReportPeriod } from '../../../shared/contracts/http-bureau.ts';
import type { Clock } from '../../../shared/kernel/clock.ts';
import type { Stoppable } from '../../../shared/kernel/lifecycle.ts';
import type { OpenDatabase } from '../../db/database.ts';
import type { CentralEvents } from '../../events.ts';
import { findWeek, listWeeks, readStreetNames, readSums } from '../bureau/bureau-store.ts';
import { seriesOf } from '../bureau/week-series.ts';
import { reportFigures } from './report-figures.ts';
import { reportPdf } from './report-pdf.ts';
import { dueReports, weeksOf } from './report-period.ts';
import { insertReport, listReports } from './report-store.ts';

const LOOK_EVERY_MS = 60_000;
/** Weeks that an index is made of, as the page has it; and how far back a report may be made. */
const SERIES_WEEKS = 60;
const BACK_WEEKS = 60;
const MOST_KEPT = 10_000;

export interface ReportScheduleParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly events: CentralEvents;
}

/**
 * Makes the bureau's reports: of a week as soon as it is released, of a month with its last week. Each is made once and kept; a
 * central that was down makes them when it is back, and of two that do it at once the first one's stays.
 */
export class ReportSchedule implements Stoppable {
  readonly name = 'bureau reports';
  private readonly parts: ReportScheduleParts;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(parts: ReportScheduleParts) {
    this.parts = parts;
  }

  start(): void {
    this.running = this.look();
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.look());
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Makes what is due and not there yet. Never throws: it looks again. */
  async look(): Promise<void> {
    const { database, events } = this.parts;
    try {
      const weeks = await listWeeks(database.db);
      const due = dueReports(weeks);
      if (due.length === 0) return;
      const kept = await listReports(database.db, MOST_KEPT);
      const isKept = ({ kind, period }: ReportPeriod): boolean =>
        kept.some((report) => report.kind === kind && report.period === period);
      for (const period of due.filter((each) => !isKept(each))) {
        if (await this.make(period, weeks)) events.reportMade(period);
      }
    } catch (error) {
      events.reportFailed(error);
    }
  }

  private async make(period: ReportPeriod, allWeeks: readonly string[]): Promise<boolean> {
    const { database, clock } = this.parts;
    const { db } = database;
    const mondays = weeksOf(period, allWeeks);
    const found = await Promise.all(mondays.map((week) => findWeek(db, week)));
    const weeks = found.flatMap((week) => week ?? []);
    const last = mondays.at(-1) ?? '';
    // as it was known then: a report that is made late says the same
    const known = await readSums(db, SERIES_WEEKS + BACK_WEEKS);
    const sums = known.filter(({ week }) => week <= last).slice(-SERIES_WEEKS);
    const names = new Map((await readStreetNames(db)).map(({ street, name }) => [street, name]));
    const figures = reportFigures(period, weeks, seriesOf(sums));
    const pdf = await reportPdf(figures, (street) => names.get(street) ?? street);
    const sha256 = createHash('sha256').update(pdf).digest('hex');
    const report = { ...period, pdf, sha256, at: new Date(clock.now()) };
    return database.transact((tx) => insertReport(tx, report));
  }
}
