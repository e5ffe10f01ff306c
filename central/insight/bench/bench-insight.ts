import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { panelNameSchema } from '../../../shared/contracts/http-insight.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { type OpenDatabase, openDatabase } from '../../db/database.ts';
import { PostgresCluster } from '../../db/postgres-cluster.ts';
import { Lake } from '../lake/lake.ts';
import { makePanel } from '../panels/catalogue.ts';
import { type CityTime, cityTime } from '../panels/city-time.ts';
import { LifetimeFits } from '../panels/lifetime-fits.ts';
import { type Answering, quantile, type SalesPanelName, type Scope } from '../panels/panel.ts';
import { loadSales } from '../sales/sales-loader.ts';
import { SalesStore } from '../sales/sales-store.ts';
import {
  copyEvents,
  fillBooks,
  flattenSales,
  pickMerchants,
  postgresAnswers,
} from './bench-city-store.ts';

export interface BenchOptions {
  readonly rows: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** Medians in milliseconds. */
interface Beside {
  readonly p50Ms: number;
  readonly postgresP50Ms: number;
}

export interface InsightBench {
  readonly rows: number;
  readonly projection: {
    readonly events: number;
    readonly files: number;
    /** All of it, the way into the store that panels ask included. */
    readonly seconds: number;
    /** That way by itself; most of it goes on beside the rest. */
    readonly loadSeconds: number;
    readonly eventsPerSecond: number;
    /** PostgreSQL's bare COPY of the same events, thrown away. */
    readonly copyEventsPerSecond: number;
    /** Of bare COPY. */
    readonly share: number;
  };
  readonly panels: readonly { panel: SalesPanelName; merchant: Beside; city: Beside }[];
  /** Whether both engines told the same in every panel. */
  readonly sameAnswers: boolean;
}

const TIME_ZONE = 'Asia/Shanghai';
/** 20:00 on a Saturday in Wenzhou. */
const END_MS = Date.parse('2026-11-28T12:00:00Z');
const MERCHANTS = 9;
const CITY_RUNS = 5;
const POSTGRES_CITY_RUNS = 1;

/** Projects a synthetic city's books and asks every panel, of DuckDB and of PostgreSQL. */
export async function benchInsight({ rows, seed, progress }: BenchOptions): Promise<InsightBench> {
  const dir = mkdtempSync(join(tmpdir(), 'wuma-bench-insight-'));
  // PostgreSQL runs as another user when we are root, and has to pass through
  chmodSync(dir, 0o711);
  const logger = pino({ level: 'silent' });
  const cluster = await PostgresCluster.start({ dataDir: dir, port: 0, logger });
  const database = await openDatabase(cluster.url);
  try {
    progress(`filling the books with ${rows} payments`);
    await fillBooks(database, { rows, endMs: END_MS, seed });
    const sales = await SalesStore.open(join(dir, 'sales.duckdb'));
    const projection = await project(dir, database, sales);
    progress(
      `projected ${projection.events} events, ${projection.eventsPerSecond} a second (bare COPY ${projection.copyEventsPerSecond})`,
    );
    progress('laying the sales out in PostgreSQL');
    await flattenSales(database, TIME_ZONE);
    const merchants = await pickMerchants(database.db, MERCHANTS);
    const engines = {
      ours: { answering: sales, fits: new LifetimeFits() },
      postgres: { answering: postgresAnswers(database.db), fits: new LifetimeFits() },
    };
    const measured = await measure(engines, {
      merchants,
      at: cityTime(END_MS, TIME_ZONE),
      progress,
    });
    sales.close();
    return { rows, projection, ...measured };
  } finally {
    await database.close();
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function project(dir: string, database: OpenDatabase, sales: SalesStore) {
  const lake = await Lake.open({
    settings: {
      folder: join(dir, 'lake'),
      keysFolder: join(dir, 'keys'),
      city: 'wenzhou',
      timeZone: TIME_ZONE,
      pseudonymDays: 365,
    },
    database,
    clock: systemClock,
  });
  await loadSales(sales, { lake, database });
  let takenMs = 0;
  const beforeMs = performance.now();
  const { rows: events, files } = await lake.pass({
    isStopping: () => false,
    onProjected: async (projected) => {
      const fromMs = performance.now();
      await sales.take(projected);
      takenMs += performance.now() - fromMs;
    },
  });
  const seconds = (performance.now() - beforeMs) / 1_000;
  lake.close();
  const copySeconds = await copyEvents(database.url);
  return {
    events,
    files,
    seconds: rounded(seconds),
    loadSeconds: rounded(takenMs / 1_000),
    eventsPerSecond: Math.round(events / seconds),
    copyEventsPerSecond: Math.round(events / copySeconds),
    share: Math.round((100 * copySeconds) / seconds) / 100,
  };
}

interface Engine {
  readonly answering: Answering;
  /** Fitted once a week; that is not part of a panel's time. */
  readonly fits: LifetimeFits;
}

interface Engines {
  readonly ours: Engine;
  readonly postgres: Engine;
}

async function measure(
  engines: Engines,
  on: {
    readonly merchants: readonly string[];
    readonly at: CityTime;
    readonly progress: (text: string) => void;
  },
): Promise<Pick<InsightBench, 'panels' | 'sameAnswers'>> {
  const { merchants, at, progress } = on;
  const panels: { panel: SalesPanelName; merchant: Beside; city: Beside }[] = [];
  let sameAnswers = true;
  const merchantScopes = merchants.map((merchantId) => ({ kind: 'merchant', merchantId }) as const);
  const cityScopes = Array.from({ length: CITY_RUNS }, () => ({ kind: 'city' }) as const);
  for (const name of panelNameSchema.exclude(['together']).options) {
    const timed = async (scopes: readonly Scope[], postgresRuns: number): Promise<Beside> => {
      const ours = await times(engines.ours, { name, scopes, at });
      const theirs = await times(engines.postgres, {
        name,
        scopes: scopes.slice(0, postgresRuns),
        at,
      });
      sameAnswers &&= theirs.answers.every((answer, i) => answer === ours.answers[i]);
      return { p50Ms: median(ours.ms), postgresP50Ms: median(theirs.ms) };
    };
    const merchant = await timed(merchantScopes, merchantScopes.length);
    const city = await timed(cityScopes, POSTGRES_CITY_RUNS);
    panels.push({ panel: name, merchant, city });
    progress(
      `${name}: merchant ${merchant.p50Ms} ms (PostgreSQL ${merchant.postgresP50Ms}), city ${city.p50Ms} ms (PostgreSQL ${city.postgresP50Ms})`,
    );
  }
  return { panels, sameAnswers };
}

async function times(
  { answering, fits }: Engine,
  {
    name,
    scopes,
    at,
  }: { readonly name: SalesPanelName; readonly scopes: readonly Scope[]; readonly at: CityTime },
): Promise<{ ms: number[]; answers: string[] }> {
  const ms: number[] = [];
  const answers: string[] = [];
  for (const scope of scopes) {
    if (name === 'lifetime') await fits.of(answering, scope, at);
    const beforeMs = performance.now();
    const panel = await makePanel(answering, { panel: name, scope, at, fits });
    ms.push(performance.now() - beforeMs);
    answers.push(JSON.stringify(panel));
  }
  return { ms, answers };
}

function median(values: readonly number[]): number {
  return rounded(quantile(values, 0.5));
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
