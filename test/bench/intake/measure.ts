import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { openDatabase } from '../../../central/db/database.ts';
import { createDatabase, PostgresCluster } from '../../../central/db/postgres-cluster.ts';
import { Enrolment } from '../../../central/enrolment/enrolment.ts';
import { CentralEvents } from '../../../central/events.ts';
import { IntakeBooking } from '../../../central/intake/intake-booking.ts';
import { addHubs } from '../../../central/intake/intake-store.ts';
import { Phones } from '../../../central/phones/phones.ts';
import { Wallets } from '../../../central/wallet/wallets.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { systemTimers } from '../../../shared/kernel/timers.ts';
import { newId } from '../../support/chain-writer.ts';
import { BOOK_TABLES, growBook, makeCopies, WRITTEN_TABLES } from './book-sizes.ts';
import { type CatchUp, measureCatchUp } from './catch-up.ts';
import { countPayments, type Spent, Turns } from './turns.ts';

/** What a row costs while so many rows are there. */
export interface SizeFigures {
  readonly rowsBefore: number;
  readonly rowsPerS: number;
  readonly copyRowsPerS: number;
  readonly indexedCopyRowsPerS: number;
  readonly ofCopy: number;
  readonly ofIndexedCopy: number;
  /** Time of a booked row, in times of a row that is copied bare. */
  readonly costOfCopies: number;
  readonly microsecondsARow: number;
}

export interface IntakeFigures {
  readonly sizes: readonly SizeFigures[];
  readonly catchUp: CatchUp | undefined;
}

export interface IntakeBench {
  readonly dir: string;
  readonly payments: number;
  /** Whose streams are read at the same time. */
  readonly hubs: number;
  /** Rows, rising. */
  readonly sizes: readonly number[];
  readonly buffered: number;
  readonly onProgress: (text: string) => void;
}

/** Several batches of one hub. */
const TURN = 10_000;

/**
 * With Nagle's algorithm the end of each COPY waits for an acknowledgement that the server holds back for 40 ms: four tables
 * a turn, which is three times as long as the copying itself, and flatters whatever is compared with it.
 */
const copyingOptions = {
  max: 1,
  onnotice: () => {},
  socket: async ({
    host,
    port,
  }: {
    readonly host: readonly string[];
    readonly port: readonly number[];
  }) => {
    const socket = connect({
      host: present(host[0], 'host'),
      port: present(port[0], 'port'),
      noDelay: true,
    });
    await once(socket, 'connect');
    return socket;
  },
};

/**
 * Times central's booking of captured payments and COPY of the rows that it made, in turns, so that what else runs meets both.
 */
export async function measureIntake(bench: IntakeBench): Promise<IntakeFigures> {
  const dir = mkdtempSync(join(bench.dir, 'wuma-bench-intake-'));
  // PostgreSQL runs as another user when we are root, and has to pass through
  chmodSync(dir, 0o711);
  const logger = pino({ level: 'silent' });
  const cluster = await PostgresCluster.start({ dataDir: dir, port: 0, logger });
  try {
    const sizes = await measureSizes(cluster.url, bench);
    const url = new URL(cluster.url);
    url.pathname = '/postgres';
    await createDatabase(url.href, 'catchup');
    url.pathname = '/catchup';
    const catchUp = bench.buffered > 0 ? await measureCatchUp(url.href, bench) : undefined;
    return { sizes, catchUp };
  } finally {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measureSizes(url: string, bench: IntakeBench): Promise<SizeFigures[]> {
  const hubs = Array.from({ length: bench.hubs }, (_, at) => `hub-bench-${at + 1}`);
  const database = await openDatabase(url);
  const sql = postgres(url, copyingOptions);
  try {
    await addHubs(database.db, hubs);
    await makeCopies(sql);
    const clock = systemClock;
    const wallets = new Wallets({ settings: { currency: 'CNY', limitMinor: 0n }, clock, newId });
    const enrolment = new Enrolment({ authorities: [], clock, newId });
    const phones = new Phones({ clock, newId });
    const booking = new IntakeBooking({ database, clock, enrolment, wallets, phones });
    const events = new CentralEvents(pino({ level: 'silent' }));
    const reader = { booking, clock, timers: systemTimers, events, random: Math.random };
    const turns = new Turns(reader, sql, hubs);
    const sizes: SizeFigures[] = [];
    for (const rows of bench.sizes) {
      const grow = Math.ceil(rows / BOOK_TABLES.length) - (await countPayments(sql));
      if (grow > 0) await growBook(sql, { payments: grow, onProgress: bench.onProgress });
      // pages, plans and the compiler warm up, and what each page costs that is written for the first time after a checkpoint;
      // plans are made anew with statistics, as autovacuum has it within a minute
      await turns.take(TURN);
      await sql.unsafe(`analyze ${BOOK_TABLES.join(', ')}`);
      const rowsBefore = (await countPayments(sql)) * BOOK_TABLES.length;
      const spent = { intake: 0, bare: 0, indexed: 0 };
      for (let done = 0; done < bench.payments; done += TURN) {
        const turn = await turns.take(TURN);
        spent.intake += turn.intake;
        spent.bare += turn.bare;
        spent.indexed += turn.indexed;
        bench.onProgress(`${rowsBefore} rows there: ${done + TURN} payments measured`);
      }
      sizes.push(figuresOf(rowsBefore, bench.payments, spent));
    }
    return sizes;
  } finally {
    await sql.end();
    await database.close();
  }
}

function figuresOf(rowsBefore: number, payments: number, spentMs: Spent): SizeFigures {
  const rows = Math.ceil(payments / TURN) * TURN * WRITTEN_TABLES.length;
  const perS = (ms: number): number => (rows / ms) * 1_000;
  return {
    rowsBefore,
    rowsPerS: perS(spentMs.intake),
    copyRowsPerS: perS(spentMs.bare),
    indexedCopyRowsPerS: perS(spentMs.indexed),
    ofCopy: spentMs.bare / spentMs.intake,
    ofIndexedCopy: spentMs.indexed / spentMs.intake,
    costOfCopies: spentMs.intake / spentMs.bare,
    microsecondsARow: (spentMs.intake / rows) * 1_000,
  };
}
