import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Panel } from '../../../shared/contracts/http-insight.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { type OpenDatabase, openDatabase } from '../../db/database.ts';
import { summary } from '../../events.ts';
import { readBaskets } from '../../ledger/basket-store.ts';
import { publishWeeks } from '../bureau/bureau-publication.ts';
import { Lake } from '../lake/lake.ts';
import { makePanel } from '../panels/catalogue.ts';
import { cityTime, mondayOf } from '../panels/city-time.ts';
import { withNames } from '../panels/covisits.ts';
import { forTheCity } from '../panels/for-the-city.ts';
import { LifetimeFits } from '../panels/lifetime-fits.ts';
import { readShopNames } from '../panels/shop-name-store.ts';
import { TOGETHER, togetherPanel } from '../panels/together.ts';
import { publishVisitors } from '../publication/visitor-publication.ts';
import { loadSales } from '../sales/sales-loader.ts';
import { SalesStore } from '../sales/sales-store.ts';
import type { FromInsight, PanelQuestion, ToInsight } from './insight-messages.ts';

/** Between two looks at the books. */
const IDLE_MS = 2_000;
/** Of a lake that was there before, weeks are made little by little. */
const WEEKS_A_PASS = 4;
const DAY_MS = 86_400_000;

/** Fills the lake as long as it runs: a pass, a rest, a pass. */
export class InsightLoop {
  private readonly database: OpenDatabase;
  private readonly lake: Lake;
  private readonly sales: SalesStore;
  private readonly timeZone: string;
  private readonly fits = new LifetimeFits();
  private readonly tell: (message: FromInsight) => void;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  private constructor(
    parts: { database: OpenDatabase; lake: Lake; sales: SalesStore; timeZone: string },
    tell: (message: FromInsight) => void,
  ) {
    this.database = parts.database;
    this.lake = parts.lake;
    this.sales = parts.sales;
    this.timeZone = parts.timeZone;
    this.tell = tell;
    this.running = this.run();
  }

  /** @throws where PostgreSQL or the lake's folder is not to be had */
  static async start(
    { settings, databaseUrl }: Extract<ToInsight, { type: 'start' }>,
    tell: (message: FromInsight) => void,
  ): Promise<InsightLoop> {
    const { lakeDir, keysDir, city, timeZone, pseudonymDays } = settings;
    const database = await openDatabase(databaseUrl);
    const lake = await Lake.open({
      settings: { folder: lakeDir, keysFolder: keysDir, city, timeZone, pseudonymDays },
      database,
      clock: systemClock,
    });
    const sales = await SalesStore.open(join(lakeDir, 'sales.duckdb'));
    return new InsightLoop({ database, lake, sales, timeZone }, tell);
  }

  /** Makes a panel of what the lake holds now. */
  async answer({ panel, scope }: PanelQuestion): Promise<Panel> {
    const now = cityTime(systemClock.now(), this.timeZone);
    const at =
      scope.kind === 'city' && panel !== 'today' ? { day: mondayOf(now.day), hour: 0 } : now;
    if (panel === 'together') return this.together(scope, at.day);
    const made = await makePanel(this.sales, { panel, scope, at, fits: this.fits });
    const safe = scope.kind === 'city' ? forTheCity(made) : made;
    if (safe.panel !== 'covisits') return safe;
    const names = await readShopNames(this.database.db);
    return withNames(safe, (street, shop) => names.get(`${street}/${shop}`));
  }

  /** What sells together is asked of the books: baskets are of nobody, and have no place in a lake of people's purchases. */
  private async together(scope: PanelQuestion['scope'], day: string): Promise<Panel> {
    if (scope.kind === 'city') return togetherPanel(day, []);
    const since = new Date(systemClock.now() - TOGETHER.days * DAY_MS);
    const of = { merchantId: scope.merchantId, since, most: TOGETHER.mostBaskets };
    return togetherPanel(day, await readBaskets(this.database.db, of));
  }

  /** Finishes the window in hand. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.sales.close();
    this.lake.close();
    await this.database.close();
  }

  /** What is due to be told of the city's last week. */
  private async publish(): Promise<void> {
    const { database, timeZone } = this;
    const nowMs = systemClock.now();
    const due = { database, at: cityTime(nowMs, timeZone), now: new Date(nowMs) };
    await publishVisitors(this.sales, due);
    await publishWeeks(this.sales, { ...due, timeZone, most: WEEKS_A_PASS });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const pass = await this.lake.pass({
          isStopping: () => signal.aborted,
          onProjected: async (projected) => void (await this.sales.take(projected)),
        });
        await loadSales(this.sales, { lake: this.lake, database: this.database });
        await this.publish();
        this.tell({ type: 'passed', pass });
      } catch (error) {
        this.tell({ type: 'failed', why: summary(error) });
      }
      await sleep(IDLE_MS, undefined, { signal }).catch(() => {});
    }
  }
}
