import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { present } from '../../../shared/kernel/assert.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { UsageError } from '../../../shared/kernel/command-line.ts';
import { type OpenDatabase, openDatabase } from '../../db/database.ts';
import { PostgresCluster } from '../../db/postgres-cluster.ts';
import { MAP_FILE } from '../bureau/street-map.ts';
import { Lake } from '../lake/lake.ts';
import { daysAfter } from '../panels/city-time.ts';
import { loadSales } from '../sales/sales-loader.ts';
import { SalesStore } from '../sales/sales-store.ts';
import type { CampaignEffect } from './campaign-effect.ts';
import { CityBooks, streetId } from './city-books-store.ts';
import { CityDays } from './city-days.ts';
import { type CityPlan, type CitySize, planCity } from './city-plan.ts';
import type { CityTruth } from './truth.ts';

export interface CityOptions {
  /** An empty or missing folder: becomes a data folder of central's. */
  readonly dir: string;
  readonly size: CitySize;
  readonly seed: number;
  /** A Sunday. */
  readonly lastDay: string;
  readonly progress: (text: string) => void;
}

export interface SimulatedCity {
  readonly truth: CityTruth;
  readonly payments: number;
  readonly events: number;
  readonly files: number;
  readonly seconds: { readonly books: number; readonly lake: number };
}

export const TRUTH_FILE = 'truth.json';
const TIME_ZONE = 'Asia/Shanghai';
const TOLD_EVERY_DAYS = 30;

/** Simulates a city, books it in a PostgreSQL of its own, and projects the books into its lake, as central does. */
export async function simulateCity(options: CityOptions): Promise<SimulatedCity> {
  const { dir } = options;
  if (existsSync(join(dir, 'pg'))) throw new UsageError(`${dir} holds a city already`);
  // PostgreSQL runs as another user when we are root, and has to pass through
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  return withCityDatabase(dir, (database) => simulateInto(database, options));
}

/** Works with the books of a simulated city, which are closed afterwards. */
export async function withCityDatabase<T>(
  dir: string,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const logger = pino({ level: 'silent' });
  const cluster = await PostgresCluster.start({ dataDir: dir, port: 0, logger });
  try {
    const database = await openDatabase(cluster.url);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await cluster.stop();
  }
}

/** A simulated city's lake. */
export function openCityLake(dir: string, database: OpenDatabase): Promise<Lake> {
  return Lake.open({
    settings: {
      folder: join(dir, 'lake'),
      keysFolder: join(dir, 'keys'),
      city: 'wenzhou',
      timeZone: TIME_ZONE,
      pseudonymDays: 3_650,
    },
    database,
    clock: systemClock,
  });
}

export function openCitySales(dir: string): Promise<SalesStore> {
  return SalesStore.open(join(dir, 'lake', 'sales.duckdb'));
}

async function simulateInto(database: OpenDatabase, options: CityOptions): Promise<SimulatedCity> {
  const { dir, size, seed, lastDay, progress } = options;
  const fromMs = performance.now();
  const plan = planCity(size, seed, lastDay);
  const books = new CityBooks(database, plan);
  await books.open(plan);
  let payments = 0;
  let days = 0;
  const played = new CityDays(plan);
  for (const day of played.play()) {
    payments += day.streets.reduce((sum, ofStreet) => sum + ofStreet.length, 0);
    await books.write(day);
    days += 1;
    if (days % TOLD_EVERY_DAYS === 0) progress(`${day.day}: ${payments} payments booked`);
  }
  await books.close();
  const bookedMs = performance.now();
  progress(`${payments} payments booked; projecting them into the lake`);
  const projected = await project(dir, database);
  const truth = truthOf(plan, payments, played.campaignEffect);
  writeFileSync(join(dir, MAP_FILE), JSON.stringify(cityMap(size.streets)));
  writeFileSync(join(dir, TRUTH_FILE), `${JSON.stringify(truth, null, 2)}\n`);
  const seconds = {
    books: inSeconds(bookedMs - fromMs),
    lake: inSeconds(performance.now() - bookedMs),
  };
  return { truth, payments, ...projected, seconds };
}

async function project(dir: string, database: OpenDatabase) {
  const lake = await openCityLake(dir, database);
  const sales = await openCitySales(dir);
  try {
    await loadSales(sales, { lake, database });
    const { rows, files } = await lake.pass({
      isStopping: () => false,
      onProjected: async (projected) => void (await sales.take(projected)),
    });
    return { events: rows, files };
  } finally {
    sales.close();
    lake.close();
  }
}

/** Streets of Wenzhou's old town as a grid, so that the bureau has a map to look at. */
function cityMap(streets: number) {
  const [longitude, latitude, step] = [120.648, 28.012, 0.0042];
  return {
    type: 'FeatureCollection',
    features: Array.from({ length: streets }, (_, i) => {
      const [x, y] = [i % 5, Math.floor(i / 5)];
      const isAcross = (x + y) % 2 === 0;
      const from = [longitude + x * step, latitude - y * step * 0.8];
      const to = isAcross
        ? [longitude + (x + 0.8) * step, latitude - (y + 0.12) * step * 0.8]
        : [longitude + (x + 0.35) * step, latitude - (y + 0.85) * step * 0.8];
      return {
        type: 'Feature',
        properties: { street: streetId(i) },
        geometry: { type: 'LineString', coordinates: [from, to] },
      };
    }),
  };
}

function truthOf(plan: CityPlan, payments: number, effect: CampaignEffect): CityTruth {
  const { shops, peak, dying, sharing, outage, campaign, seed, firstDay, lastDay } = plan;
  const at = (place: number) => present(shops[place], 'a planted shop');
  const [one, two] = sharing;
  return {
    seed,
    from: firstDay,
    to: lastDay,
    payments,
    peak: {
      streets: peak.streets.map(streetId),
      from: daysAfter(firstDay, peak.fromDay),
      to: daysAfter(firstDay, peak.fromDay + peak.days - 1),
      factor: peak.factor,
    },
    dying: {
      street: streetId(at(dying.shop).street),
      merchant: at(dying.shop).merchant,
      from: daysAfter(firstDay, dying.fromDay),
    },
    sharing: { street: streetId(at(one).street), shops: [at(one).shop, at(two).shop] },
    outage: {
      street: streetId(outage.street),
      day: daysAfter(firstDay, outage.day),
      hours: outage.hours,
    },
    campaign: {
      campaignId: campaign.campaignId,
      merchant: at(campaign.shop).merchant,
      from: daysAfter(firstDay, campaign.fromDay),
      to: daysAfter(firstDay, campaign.fromDay + campaign.days - 1),
      brought: effect.payments,
      broughtDays: effect.days,
    },
    companies: shops.map(({ merchant }, i) => ({ merchant, failed: plan.failed[i] ?? false })),
  };
}

function inSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
