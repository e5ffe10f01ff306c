import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import postgres from 'postgres';
import { openDatabase } from '../../../central/db/database.ts';
import { createDatabase, PostgresCluster } from '../../../central/db/postgres-cluster.ts';
import { Enrolment } from '../../../central/enrolment/enrolment.ts';
import { CentralEvents } from '../../../central/events.ts';
import type { HubStream, StreamMessage } from '../../../central/intake/hub-stream.ts';
import { IntakeBooking } from '../../../central/intake/intake-booking.ts';
import { addHubs } from '../../../central/intake/intake-store.ts';
import { type ReaderParts, StreamReader } from '../../../central/intake/stream-reader.ts';
import { Phones } from '../../../central/phones/phones.ts';
import { Wallets } from '../../../central/wallet/wallets.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { systemTimers } from '../../../shared/kernel/timers.ts';
import { ChainWriter, newId, type WrittenEvent } from '../../support/chain-writer.ts';
import { BOOK_TABLES, drawShoppers, growBook, makeCopies, WRITTEN_TABLES } from './book-sizes.ts';
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
  /** Whose streams are read at the same time. */
  readonly hubs: number;
  /** Rows, rising. */
  readonly sizes: readonly number[];
  readonly buffered: number;
  readonly onProgress: (text: string) => void;
}

const GIVEN_AT_ONCE = 100;
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
    const { timers, logger } = { timers: systemTimers, logger: pino({ level: 'silent' }) };
    const events = new CentralEvents(logger);
    const turns = new Turns({ booking, clock, timers, events, random: Math.random }, sql, hubs);
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

/** The same payments booked, and then their rows copied. */
class Turns {
  /** In the books, of each hub. */
  private readonly booked = new Map<string, number>();
  private readonly chains: readonly ChainWriter[];
  private readonly parts: Omit<ReaderParts, 'hubId' | 'stream' | 'onBooked'>;
  private readonly sql: postgres.Sql;

  constructor(parts: Turns['parts'], sql: postgres.Sql, hubs: readonly string[]) {
    this.parts = parts;
    this.sql = sql;
    this.chains = hubs.map((hubId) => new ChainWriter(hubId));
  }

  /** @param payments of all hubs together @returns milliseconds */
  async take(payments: number): Promise<Spent> {
    const { sql, chains } = this;
    const book = { count: payments, payments: await countPayments(sql) };
    const shoppers = await drawShoppers(sql, book);
    const sent = chains.map((chain, at) => ({
      chain,
      events: shoppers
        .filter((_, n) => n % chains.length === at)
        .map((shopperId) => chain.capture({ shopperId })),
    }));
    const intake = await timeOf(async () => {
      await Promise.all(sent.map(({ chain, events }) => this.read(chain.hubId, events)));
    });
    const rows = await this.rowsAfter();
    for (const { chain, events } of sent) this.add(chain.hubId, events.length);
    const bare = await timeOf(() => this.copy('bare', rows));
    const indexed = await timeOf(() => this.copy('indexed', rows));
    return { intake, bare, indexed };
  }

  /** The hub's intake, from its start to the last of them in the book. */
  private async read(hubId: string, events: readonly WrittenEvent[]): Promise<void> {
    const lastSeq = present(events.at(-1), 'an event').seq;
    const { promise, resolve } = Promise.withResolvers<void>();
    const reader = new StreamReader({
      ...this.parts,
      hubId,
      stream: waiting(events),
      onBooked: ({ position }) => {
        if (position.chain.seq === lastSeq) resolve();
      },
    });
    reader.start();
    await promise;
    await reader.stop();
  }

  private bookedOf(hubId: string): number {
    return this.booked.get(hubId) ?? 0;
  }

  private add(hubId: string, payments: number): void {
    this.booked.set(hubId, this.bookedOf(hubId) + payments);
  }

  /** The rows that were made, as COPY reads them. */
  private async rowsAfter(): Promise<Map<string, Buffer>> {
    const isNew = this.chains
      .map(({ hubId }) => `(i.hub_id = '${hubId}' and i.seq > ${this.bookedOf(hubId)})`)
      .join(' or ');
    const of = {
      inbox: `select i.* from inbox i where ${isNew}`,
      payments: `select p.* from payments p join inbox i on i.hub_id = p.hub_id and i.seq = p.event_seq where ${isNew}`,
      journal_entries: `select e.* from journal_entries e join inbox i on i.hub_id = e.hub_id and i.event_id = e.entry_id
        where ${isNew}`,
      postings: `select p.* from postings p join inbox i on i.hub_id = p.hub_id and i.event_id = p.entry_id where ${isNew}`,
      unsettled_entries: `select u.* from unsettled_entries u join inbox i on i.hub_id = u.hub_id and i.event_id = u.entry_id
        where ${isNew}`,
    };
    const rows = new Map<string, Buffer>();
    for (const table of WRITTEN_TABLES) {
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

/** A stream in which these wait, and nothing comes after them. */
function waiting(events: readonly WrittenEvent[]): HubStream {
  const firstSeq = present(events[0], 'an event').seq;
  const lastSeq = firstSeq + events.length - 1;
  const ending = new AbortController();
  const poll = async function* (): AsyncGenerator<StreamMessage> {
    for (const { seq, text } of events) {
      // as a connection's messages come: others have their turns in between
      if (seq % GIVEN_AT_ONCE === 0) await setImmediate();
      yield { streamSeq: seq, text, pending: lastSeq - seq };
    }
    if (!ending.signal.aborted) await once(ending.signal, 'abort');
  };
  return {
    info: () => Promise.resolve({ created: 'bench', firstSeq, lastSeq }),
    read: () =>
      Promise.resolve({
        poll,
        stop: () => {
          ending.abort();
        },
      }),
  };
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
