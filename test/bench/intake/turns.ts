import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type postgres from 'postgres';
import type { HubStream, StreamMessage } from '../../../central/intake/hub-stream.ts';
import { type ReaderParts, StreamReader } from '../../../central/intake/stream-reader.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { ChainWriter, type WrittenEvent } from '../../support/chain-writer.ts';
import { drawShoppers, WRITTEN_TABLES } from './book-sizes.ts';

/** In the book, of all hubs. */
export async function countPayments(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: string }[]>`select count(*) from payments`;
  return Number(row?.count);
}

/** Milliseconds. */
export interface Spent {
  readonly intake: number;
  readonly bare: number;
  readonly indexed: number;
}

interface Sent {
  readonly hubId: string;
  readonly events: readonly WrittenEvent[];
}

const GIVEN_AT_ONCE = 100;

/** The same payments booked, and then their rows copied. */
export class Turns {
  private readonly chains: readonly ChainWriter[];
  private readonly parts: Omit<ReaderParts, 'hubId' | 'stream' | 'onBooked'>;
  private readonly sql: postgres.Sql;

  constructor(parts: Turns['parts'], sql: postgres.Sql, hubs: readonly string[]) {
    this.parts = parts;
    this.sql = sql;
    this.chains = hubs.map((hubId) => new ChainWriter(hubId));
  }

  /** @param payments of all hubs together */
  async take(payments: number): Promise<Spent> {
    const { sql, chains } = this;
    const book = { count: payments, payments: await countPayments(sql) };
    const shoppers = await drawShoppers(sql, book);
    const sent = chains.map(
      (chain, at): Sent => ({
        hubId: chain.hubId,
        events: shoppers
          .filter((_, n) => n % chains.length === at)
          .map((shopperId) => chain.capture({ shopperId })),
      }),
    );
    const intake = await timeOf(async () => {
      await Promise.all(sent.map((each) => this.read(each)));
    });
    const rows = await this.rowsOf(sent);
    const bare = await timeOf(() => this.copy('bare', rows));
    const indexed = await timeOf(() => this.copy('indexed', rows));
    return { intake, bare, indexed };
  }

  /** The hub's intake, from its start to the last of them in the book. */
  private async read({ hubId, events }: Sent): Promise<void> {
    const { lastSeq } = placesOf(events);
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

  /** The rows that were made, as COPY reads them. */
  private async rowsOf(sent: readonly Sent[]): Promise<Map<string, Buffer>> {
    const isNew = sent
      .map(
        ({ hubId, events }) => `(i.hub_id = '${hubId}' and i.seq >= ${placesOf(events).firstSeq})`,
      )
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
  const { firstSeq, lastSeq } = placesOf(events);
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

function placesOf(events: readonly WrittenEvent[]) {
  const firstSeq = present(events[0], 'an event').seq;
  return { firstSeq, lastSeq: firstSeq + events.length - 1 };
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
