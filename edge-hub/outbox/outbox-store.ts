import { hash } from 'node:crypto';
import { and, asc, between, count, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { chainInput, GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { outbox } from '../db/schema.ts';

export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly data: unknown;
}

export interface OutboxRow {
  readonly seq: number;
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly source: string;
  readonly dataJson: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface OutboxState {
  readonly lastSeq: number;
  readonly lastHash: string;
  readonly pending: number;
}

/** Who writes: the hub's id, and what a process needs to say that it has begun. */
interface OutboxOwner {
  readonly hubId: string;
  readonly newId: IdMaker;
  readonly clock: Pick<Clock, 'now'>;
}

interface ChainHead {
  readonly lastSeq: number;
  readonly lastHash: string;
}

/**
 * The events that this hub has committed, in order. Invariants (kept by triggers too): seq is 1, 2, 3…;
 * each row carries the hash of the one before; a row never changes but for being published once.
 *
 * The first event of each process but the very first is `epoch.opened`: a backup that was put back is told from the life that
 * it has cut off by it (ADR 0033).
 */
export class OutboxStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;
  private readonly owner: OutboxOwner;
  /** Where the chain goes on in this process; not yet there where the transaction was taken back. */
  private openedAtSeq = Infinity;

  constructor(db: HubDatabase, owner: OutboxOwner) {
    this.db = db;
    this.prepared = prepare(db);
    this.owner = owner;
  }

  /** The place of the next event in the chain, to be asked inside the transaction that appends it. */
  next(): { readonly seq: number; readonly prevHash: string } {
    const { lastSeq, lastHash } = this.opened();
    return { seq: lastSeq + 1, prevHash: lastHash };
  }

  /**
   * Says that this process has begun, before it says anything else; inside a transaction.
   *
   * @param restored the files are not those which this hub has written last
   */
  openEpoch({ restored }: { readonly restored: boolean }): OutboxRow {
    const head = this.head();
    const { newId, clock } = this.owner;
    const event = {
      id: newId(),
      type: 'epoch.opened',
      version: 1,
      occurredAt: new Date(clock.now()).toISOString(),
      data: { afterSeq: head.lastSeq, afterHash: head.lastHash, restored },
    };
    const row = this.write(event, head);
    this.openedAtSeq = row.seq;
    return row;
  }

  /** The hash of the event before this one; undefined where there is no such event. */
  prevHashAt(seq: number): string | undefined {
    return this.db
      .select({ prevHash: outbox.prevHash })
      .from(outbox)
      .where(eq(outbox.seq, seq))
      .get()?.prevHash;
  }

  /** The hash of an event; undefined where there is no such event. */
  hashAt(seq: number): string | undefined {
    return this.db.select({ hash: outbox.hash }).from(outbox).where(eq(outbox.seq, seq)).get()
      ?.hash;
  }

  /** Appends an event; to be called inside a transaction together with what it tells of. */
  append(event: NewEvent): OutboxRow {
    return this.write(event, this.opened());
  }

  /** The head, behind the event by which this process has begun. */
  private opened(): ChainHead {
    const head = this.head();
    if (head.lastSeq >= this.openedAtSeq) return head;
    this.openedAtSeq = head.lastSeq + 1;
    if (head.lastSeq === 0) return head;
    const begun = this.openEpoch({ restored: false });
    return { lastSeq: begun.seq, lastHash: begun.hash };
  }

  private write(event: NewEvent, { lastSeq, lastHash }: ChainHead): OutboxRow {
    const unhashed = {
      seq: lastSeq + 1,
      eventId: event.id,
      type: event.type,
      version: event.version,
      occurredAt: event.occurredAt,
      source: this.owner.hubId,
      dataJson: JSON.stringify(event.data),
      prevHash: lastHash,
    };
    const row = { ...unhashed, hash: hashOf(unhashed) };
    this.prepared.append.run(row);
    return row;
  }

  /** Rows that are not published yet, in order. */
  pending(limit: number): OutboxRow[] {
    return this.prepared.pending.all({ limit });
  }

  /** Rows after this one, in order, published or not. */
  after(seq: number, limit: number): OutboxRow[] {
    return this.prepared.after.all({ seq, limit });
  }

  /** Marks a run of rows that JetStream has taken. */
  markPublished(fromSeq: number, toSeq: number, at: string): void {
    this.prepared.markPublished.run({ fromSeq, toSeq, at });
  }

  state(): OutboxState {
    const pending = this.db
      .select({ rows: count() })
      .from(outbox)
      .where(isNull(outbox.publishedAt))
      .get();
    return { ...this.head(), pending: pending?.rows ?? 0 };
  }

  /** The last event; sequence 0 and the genesis hash where there is none. */
  head(): ChainHead {
    const last = this.prepared.last.get();
    return { lastSeq: last?.seq ?? 0, lastHash: last?.hash ?? GENESIS_HASH };
  }
}

/** The statements of every event. */
function prepare(db: HubDatabase) {
  const { fromSeq, toSeq, at, limit, seq } = placeholders('fromSeq', 'toSeq', 'at', 'limit', 'seq');
  return {
    append: db
      .insert(outbox)
      .values({
        ...placeholders('seq', 'eventId', 'type', 'version', 'occurredAt'),
        ...placeholders('source', 'dataJson', 'prevHash', 'hash'),
      })
      .prepare(),
    pending: db
      .select()
      .from(outbox)
      .where(isNull(outbox.publishedAt))
      .orderBy(asc(outbox.seq))
      .limit(limit)
      .prepare(),
    after: db
      .select()
      .from(outbox)
      .where(gt(outbox.seq, seq))
      .orderBy(asc(outbox.seq))
      .limit(limit)
      .prepare(),
    markPublished: db
      .update(outbox)
      .set({ publishedAt: sql`${at}` })
      .where(and(between(outbox.seq, fromSeq, toSeq), isNull(outbox.publishedAt)))
      .prepare(),
    last: db
      .select({ seq: outbox.seq, hash: outbox.hash })
      .from(outbox)
      .orderBy(desc(outbox.seq))
      .prepare(),
  };
}

/** The chain's hash of a row, lower-case hex. */
export function hashOf(row: Omit<OutboxRow, 'hash'>): string {
  return hash('sha256', chainInput({ ...row, id: row.eventId }));
}

/**
 * The event as it is sent. `data` goes in as the stored text and comes last, so that a reader can cut
 * out exactly the bytes that were hashed.
 */
export function eventJson(row: OutboxRow): string {
  const head = JSON.stringify({
    id: row.eventId,
    type: row.type,
    version: row.version,
    occurredAt: row.occurredAt,
    source: row.source,
    seq: row.seq,
    prevHash: row.prevHash,
    hash: row.hash,
  });
  return `${head.slice(0, -1)},"data":${row.dataJson}}`;
}
