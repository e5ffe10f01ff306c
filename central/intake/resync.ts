import type { ChainPage } from '../../shared/contracts/chain-messages.ts';
import { GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { MessageLink } from '../../shared/kernel/message-link.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { CentralEvents } from '../events.ts';
import { readEpochs } from './epoch-store.ts';
import type { ChainBreak, ChainPosition, Delivery } from './hub-chain.ts';
import { askHubLedger } from './hub-ledger-link.ts';
import type { BookedBatch } from './intake-booking.ts';
import { findHashesAt, type StreamPosition } from './intake-store.ts';
import { askForResync, finishResync, type ResyncReason } from './resync-store.ts';

export interface ResyncParts {
  readonly hubId: string;
  readonly nats: Pick<MessageLink, 'request'>;
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly events: CentralEvents;
}

/** What a hub's ledger has that is not booked: what comes next, or another story, as after a restore from a backup. */
export type Unbooked =
  | { readonly is: 'nothing' | 'next' }
  | { readonly is: 'other_story'; readonly lastSeq: number };

/** Books deliveries that follow a position. */
export type Book = (
  from: StreamPosition,
  deliveries: readonly Delivery[],
) => Promise<Pick<BookedBatch, 'position' | 'break'>>;

/**
 * Fetches what a hub's stream has lost from the hub's ledger: after a gap, when the stream was made anew or has dropped
 * events that were not read, when its tail is gone, and when an operator says so. That it is due stands in the database
 * until it is done, and every page commits with the watermark: whoever owns the hub after a crash goes on where it was.
 */
export class Resync {
  private readonly parts: ResyncParts;

  constructor(parts: ResyncParts) {
    this.parts = parts;
  }

  /** From now on it is due. */
  async ask(reason: ResyncReason, position: StreamPosition): Promise<void> {
    const { database, hubId, clock } = this.parts;
    const at = new Date(clock.now());
    const due = { reason, fromSeq: position.chain.seq, at };
    await database.transact((tx) => askForResync(tx, hubId, due));
  }

  /** @throws where the hub does not answer */
  async unbooked({ chain }: StreamPosition): Promise<Unbooked> {
    const { nats, hubId } = this.parts;
    const after = { afterSeq: hubSeqOf(chain), limit: 1 };
    const { events, head } = await askHubLedger(nats, hubId, after);
    if (events.length > 0) return { is: 'next' };
    const isKnown = head.hash === chain.hash || (await this.isBooked(head));
    return isKnown ? { is: 'nothing' } : { is: 'other_story', lastSeq: head.seq };
  }

  /** Whether a hub ends where it was before: it was restored and has not said anything since. */
  private async isBooked({ seq, hash }: ChainPage['head']): Promise<boolean> {
    if (hash === GENESIS_HASH) return true;
    const { database, hubId } = this.parts;
    const places = (await readEpochs(database.db, hubId)).placesOf(seq);
    const booked = await findHashesAt(database.db, hubId, places);
    return [...booked.values()].includes(hash);
  }

  /**
   * Books all that the hub's ledger has after `from`, page by page. The place in the stream stays: what it still has of it
   * comes again and is skipped.
   *
   * @param afterSeq the hub's own sequence after which its ledger is read; by default that of `from`
   * @returns where it ends, and the break where the ledger itself does not go on
   * @throws where the hub does not answer; it is still due then
   */
  async run(
    from: StreamPosition,
    book: Book,
    afterSeq = hubSeqOf(from.chain),
  ): Promise<{ readonly position: StreamPosition; readonly break: ChainBreak | undefined }> {
    const { nats, hubId, database, clock, events } = this.parts;
    let position = from;
    let readSeq = afterSeq;
    for (;;) {
      const { events: texts } = await askHubLedger(nats, hubId, { afterSeq: readSeq });
      if (texts.length === 0) break;
      const deliveries = texts.map((text) => ({ streamSeq: from.streamSeq, text }));
      const booked = await book(position, deliveries);
      const hasMoved = booked.position.chain.seq !== position.chain.seq;
      position = booked.position;
      if (booked.break) return { position, break: booked.break };
      // junk moves nothing: it is put aside, and not asked for again at once
      if (!hasMoved && readSeq >= hubSeqOf(from.chain)) break;
      readSeq = hasMoved ? hubSeqOf(position.chain) : readSeq + texts.length;
    }
    const done = { toSeq: position.chain.seq, at: new Date(clock.now()) };
    await database.transact((tx) => finishResync(tx, hubId, done));
    events.resynced(hubId, position.chain.seq - from.chain.seq);
    return { position, break: undefined };
  }
}

function hubSeqOf({ seq, carried }: ChainPosition): number {
  return seq - carried;
}
