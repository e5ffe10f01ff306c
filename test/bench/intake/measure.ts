import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pino } from 'pino';
import postgres from 'postgres';
import { openDatabase } from '../../../central/db/database.ts';
import { createDatabase, PostgresCluster } from '../../../central/db/postgres-cluster.ts';
import { Enrolment } from '../../../central/enrolment/enrolment.ts';
import { IntakeBooking } from '../../../central/intake/intake-booking.ts';
import { addHubs } from '../../../central/intake/intake-store.ts';
import { BATCH_MESSAGES } from '../../../central/intake/stream-reader.ts';
import { Phones } from '../../../central/phones/phones.ts';
import { Wallets } from '../../../central/wallet/wallets.ts';
import { assert, present } from '../../../shared/kernel/assert.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { ChainWriter, newId } from '../../support/chain-writer.ts';
import { BOOK_TABLES, drawShoppers, growBook, makeCopies } from './book-sizes.ts';
import { type CatchUp, measureCatchUp } from './catch-up.ts';

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
  /** Rows, rising. */
  readonly sizes: readonly number[];
  readonly buffered: number;
  readonly onProgress: (text: string) => void;
}

const HUB = 'hub-bench';
const TURN = 2_000;

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
  const database = await openDatabase(url);
  const sql = postgres(url, copyingOptions);
  try {
    await addHubs(database.db, [HUB]);
    await makeCopies(sql);
    const clock = systemClock;
    const wallets = new Wallets({ settings: { currency: 'CNY', limitMinor: 0n }, clock, newId });
    const enrolment = new Enrolment({ authorities: [], clock, newId });
    const phones = new Phones({ clock, newId });
    const booking = new IntakeBooking({ database, clock, enrolment, wallets, phones });
    const turns = new Turns(booking, sql);
    // pages and the compiler warm up; plans are made anew with statistics, as autovacuum has it within a minute
    await turns.take(TURN);
    await sql.unsafe(`analyze ${BOOK_TABLES.join(', ')}`);
    const sizes: SizeFigures[] = [];
    for (const rows of bench.sizes) {
      const grow = Math.ceil(rows / BOOK_TABLES.length) - (await countPayments(sql));
      if (grow > 0) await growBook(sql, { payments: grow, onProgress: bench.onProgress });
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

async function countPayments(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: string }[]>`select count(*) from payments`;
  return Number(row?.count);
}

interface Spent {
  readonly intake: number;
  readonly bare: number;
  readonly indexed: number;
}

function figuresOf(rowsBefore: number, payments: number, spentMs: Spent): SizeFigures {
  const rows = Math.ceil(payments / TURN) * TURN * BOOK_TABLES.length;
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

/** The same payments booked, and then their rows copied. */
class Turns {
  payments = 0;
  private readonly booking: IntakeBooking;
  private readonly sql: postgres.Sql;
  private readonly chain = new ChainWriter(HUB);

  constructor(booking: IntakeBooking, sql: postgres.Sql) {
    this.booking = booking;
    this.sql = sql;
  }

  /** @returns milliseconds */
  async take(payments: number): Promise<Spent> {
    const book = { count: payments, payments: await countPayments(this.sql) };
    const shoppers = await drawShoppers(this.sql, book);
    const events = shoppers.map((shopperId) => this.chain.capture({ shopperId }));
    const fromSeq = this.payments;
    const intake = await timeOf(async () => {
      let from = present(await this.booking.position(HUB), HUB);
      for (let at = 0; at < events.length; at += BATCH_MESSAGES) {
        const deliveries = events
          .slice(at, at + BATCH_MESSAGES)
          .map(({ seq, text }) => ({ streamSeq: seq, text }));
        const batch = { hubId: HUB, fence: 0, from, streamCreated: 'bench', deliveries };
        const booked = await this.booking.book(batch);
        assert(booked.payments.length === deliveries.length, 'every payment is booked');
        from = booked.position;
      }
    });
    this.payments += payments;
    const rows = await this.rowsAfter(fromSeq);
    const bare = await timeOf(() => this.copy('bare', rows));
    const indexed = await timeOf(() => this.copy('indexed', rows));
    return { intake, bare, indexed };
  }

  /** The rows that were made, as COPY reads them. */
  private async rowsAfter(seq: number): Promise<Map<string, Buffer>> {
    const of = {
      inbox: `select * from inbox where hub_id = '${HUB}' and seq > ${seq}`,
      payments: `select * from payments where hub_id = '${HUB}' and event_seq > ${seq}`,
      journal_entries: `select e.* from journal_entries e join inbox i on i.hub_id = e.hub_id and i.event_id = e.entry_id
        where i.hub_id = '${HUB}' and i.seq > ${seq}`,
      postings: `select p.* from postings p join inbox i on i.hub_id = p.hub_id and i.event_id = p.entry_id
        where i.hub_id = '${HUB}' and i.seq > ${seq}`,
    };
    const rows = new Map<string, Buffer>();
    for (const table of BOOK_TABLES) {
      const chunks: Buffer[] = [];
      const stream = await this.sql.unsafe(`copy (${of[table]}) to stdout`).readable();
      for await (const chunk of stream)
        if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      rows.set(table, Buffer.concat(chunks));
    }
    return rows;
  }

  /** As many transactions as the intake has made of them would be unfair to it: one for all. */
  private async copy(kind: 'bare' | 'indexed', rows: ReadonlyMap<string, Buffer>): Promise<void> {
    await this.sql.begin(async (tx) => {
      for (const [table, bytes] of rows) {
        const into = await tx.unsafe(`copy ${kind}_${table} from stdin`).writable();
        await pipeline(Readable.from([bytes]), into);
      }
    });
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
