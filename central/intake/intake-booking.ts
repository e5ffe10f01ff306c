import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import type { FoundDifference } from '../../shared/contracts/reconciliation.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { bookDiscount, isDiscountEvent } from '../campaigns/discount-booking.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import type { Enrolment, EnrolmentEvent } from '../enrolment/enrolment.ts';
import { takeEnrolmentLock } from '../enrolment/enrolment-store.ts';
import { putBaskets } from '../ledger/basket-store.ts';
import { bookCaptures, type CaptureEvent } from '../ledger/capture-booking.ts';
import { upsertTerminal } from '../ledger/ledger-store.ts';
import { bookMove, isMoveEvent, type MoveEvent } from '../ledger/move-booking.ts';
import { putPaymentCodes } from '../phones/phone-store.ts';
import type { Phones } from '../phones/phones.ts';
import { recordDifferences } from '../reconciliation/exception-store.ts';
import type { Wallets } from '../wallet/wallets.ts';
import {
  findSuperseded,
  findSupersededHashes,
  insertEpochs,
  insertSuperseded,
  readEpochs,
} from './epoch-store.ts';
import {
  type ChainBreak,
  type ChainedEvent,
  type Examined,
  examine,
  type KnownEvents,
  type OpenedEpoch,
  type QuarantineReason,
  type ReadDelivery,
  type ReadEvent,
} from './hub-chain.ts';
import {
  emptyInboxEvents,
  findHashesAt,
  findInboxHashes,
  insertInbox,
  insertQuarantined,
  lockPosition,
  type QuarantineRow,
  readPosition,
  type StreamPosition,
  writePosition,
} from './intake-store.ts';
import { type Claim, claimHub, releaseHub } from './owner-store.ts';

/** The watermark is not where this central has left it. */
class PositionMovedError extends Error {
  override readonly name = 'PositionMovedError';
}

/** Another central has taken the hub over: nothing that this one has in hand is booked. */
export class OwnershipLostError extends Error {
  override readonly name = 'OwnershipLostError';
}

export interface BookedBatch {
  readonly hubId: string;
  readonly position: StreamPosition;
  /** Links of the chain that were added to the inbox. */
  readonly events: readonly ChainedEvent[];
  readonly payments: readonly CaptureEvent[];
  /** What was done to payments besides their capture. */
  readonly moves: readonly MoveEvent[];
  readonly quarantined: readonly QuarantineRow[];
  readonly duplicates: number;
  /** Lives of the hub that have begun by a backup that was put back, or by another appliance. */
  readonly epochs: readonly OpenedEpoch[];
  /** Events of a life that is over, which are not booked. */
  readonly superseded: readonly ReadEvent[];
  readonly refusedReplicas: number;
  /** Hubs that have something new in their downlink. */
  readonly nudges: readonly string[];
  /** Set when the hub's chain does not go on: nothing from there on was booked. */
  readonly break: ChainBreak | undefined;
  readonly bookedAt: Date;
}

interface Effects {
  readonly payments: readonly CaptureEvent[];
  readonly moves: readonly MoveEvent[];
  readonly quarantined: readonly QuarantineRow[];
  readonly refusedReplicas: number;
  readonly nudges: readonly string[];
}

/** Books what a hub's stream or ledger delivers: inbox, books, downlink and watermark in ONE transaction a batch. */
export class IntakeBooking {
  private readonly database: OpenDatabase;
  private readonly enrolment: Enrolment;
  private readonly wallets: Wallets;
  private readonly phones: Phones;
  private readonly clock: Clock;

  constructor(parts: {
    readonly database: OpenDatabase;
    readonly enrolment: Enrolment;
    readonly wallets: Wallets;
    readonly phones: Phones;
    readonly clock: Clock;
  }) {
    this.database = parts.database;
    this.enrolment = parts.enrolment;
    this.wallets = parts.wallets;
    this.phones = parts.phones;
    this.clock = parts.clock;
  }

  /** Takes the hub for this process, or keeps it; undefined while another central owns it. */
  claim(hubId: string, leaseMs: number): Promise<Claim | undefined> {
    const { processId: ownerId } = this.database;
    return this.database.transact((tx) => claimHub(tx, hubId, { ownerId, leaseMs }));
  }

  release(hubId: string): Promise<void> {
    const { processId } = this.database;
    return this.database.transact((tx) => releaseHub(tx, hubId, processId));
  }

  /** Where the hub's intake stands, or undefined for a hub that central does not know. */
  position(hubId: string): Promise<StreamPosition | undefined> {
    return readPosition(this.database.db, hubId);
  }

  /**
   * Keeps that from now on another stream is read, from its start.
   *
   * @throws OwnershipLostError
   */
  enterStream(hubId: string, to: { fence: number; created: string }): Promise<StreamPosition> {
    return this.database.transact(async (tx) => {
      const held = await lockPosition(tx, hubId);
      if (held?.fence !== to.fence) throw new OwnershipLostError(hubId);
      const position = { ...held.position, streamCreated: to.created, streamSeq: 0 };
      await writePosition(tx, hubId, { ...position, at: new Date(this.clock.now()) });
      return position;
    });
  }

  /**
   * Books deliveries that follow `from`. Whatever happens, either all of it is on disk with the new
   * watermark, or none of it.
   *
   * @param batch.fence of the claim under which they were read
   * @param batch.streamCreated creation time of the stream they came from
   * @throws OwnershipLostError, PositionMovedError when the watermark is not at `from` any more
   */
  book(batch: {
    readonly hubId: string;
    readonly fence: number;
    readonly from: StreamPosition;
    readonly streamCreated: string;
    readonly deliveries: readonly ReadDelivery[];
  }): Promise<BookedBatch> {
    const { hubId, from, deliveries } = batch;
    return this.database.transact(async (tx) => {
      const held = await lockPosition(tx, hubId);
      if (held?.fence !== batch.fence) throw new OwnershipLostError(hubId);
      const at = held.position;
      if (!isSamePosition(at, from)) throw new PositionMovedError(hubId);
      const examined = examine({
        hubId,
        deliveries,
        from: at.chain,
        known: await knownEvents(tx, hubId, {
          events: deliveries.flatMap(({ read }) => (read ? [read] : [])),
          epoch: at.epoch,
        }),
      });
      const bookedAt = new Date(this.clock.now());
      await keepLives(tx, { hubId, examined, last: at.epoch, bookedAt });
      const effects = await this.apply(tx, { hubId, examined, bookedAt });
      const position: StreamPosition = {
        streamCreated: batch.streamCreated,
        streamSeq: examined.streamSeq ?? from.streamSeq,
        epoch: at.epoch + examined.epochs.length,
        chain: examined.position,
      };
      if (examined.streamSeq !== undefined) {
        await writePosition(tx, hubId, { ...position, at: bookedAt });
      }
      return {
        ...effects,
        hubId,
        position: examined.streamSeq === undefined ? from : position,
        events: examined.chained,
        duplicates: examined.duplicates,
        epochs: examined.epochs,
        superseded: examined.superseded,
        break: examined.break,
        bookedAt,
      };
    });
  }

  private async apply(
    tx: Executor,
    batch: { readonly hubId: string; readonly examined: Examined; readonly bookedAt: Date },
  ): Promise<Effects> {
    const { hubId, examined, bookedAt } = batch;
    await insertInbox(tx, hubId, { events: examined.chained, at: bookedAt });
    const paid = await applyPayments(tx, examined.chained, bookedAt);
    await putPaymentCodes(tx, [...paid.payments, ...paid.moves]);
    await putBaskets(tx, [...paid.payments, ...paid.moves]);
    const others = await this.applyOthers(tx, examined.chained, bookedAt);
    const aside = new Map<number, QuarantineReason>([...paid.refused, ...others.refused]);
    const quarantined = quarantineRows(examined, aside);
    await insertQuarantined(tx, hubId, { rows: quarantined, at: bookedAt });
    const { payments, moves } = paid;
    const { nudges, refusedReplicas } = others;
    return { payments, moves, quarantined, nudges, refusedReplicas };
  }

  /** Everything but payments, one by one, in the chain's order. */
  private async applyOthers(
    tx: Executor,
    chained: readonly ChainedEvent[],
    bookedAt: Date,
  ): Promise<
    Pick<Effects, 'nudges' | 'refusedReplicas'> & { refused: [number, QuarantineReason][] }
  > {
    const nudges = new Set<string>();
    const refused: [number, QuarantineReason][] = [];
    let refusedReplicas = 0;
    let locked = false;
    for (const { event } of chained) {
      if (!event || event.type === 'payment.captured' || isMoveEvent(event)) continue;
      if (event.type === 'epoch.opened') continue;
      if (event.type === 'terminal.registered') {
        await applyTerminal(tx, event);
        continue;
      }
      if (isDiscountEvent(event)) {
        const isDue = await bookDiscount(tx, event, bookedAt);
        if (!isDue) refused.push([event.seq, 'discount_not_due']);
        continue;
      }
      if (event.type === 'allowance.returned') {
        const isDue = await this.wallets.returned(tx, event);
        if (!isDue) refused.push([event.seq, 'allowance_not_granted']);
        continue;
      }
      if (!locked) await takeEnrolmentLock(tx);
      locked = true;
      const outcome = await this.applyEnrolment(tx, event);
      if (!outcome.ok) {
        refused.push([event.seq, outcome.error]);
        continue;
      }
      for (const hubId of outcome.value.nudges) nudges.add(hubId);
      refusedReplicas += outcome.value.refusedReplicas;
    }
    return { nudges: [...nudges], refused, refusedReplicas };
  }

  private async applyEnrolment(tx: Executor, event: EnrolmentEvent) {
    const { enrolment, phones, wallets } = this;
    if (event.type === 'shopper.enrolled') await phones.enrolled(tx, event);
    const outcome = await enrolment.apply(tx, event);
    if (!outcome.ok) return outcome;
    await emptyInboxEvents(tx, outcome.value.emptied);
    if (event.type === 'shopper.erased') {
      await wallets.erased(tx, event);
      await phones.erased(tx, event);
    }
    return outcome;
  }
}

/** What the books know of events in hand. Only of a hub that was restored before is more to be looked up than ids. */
async function knownEvents(
  tx: Executor,
  hubId: string,
  of: { readonly events: readonly ReadEvent[]; readonly epoch: number },
): Promise<KnownEvents> {
  const heads = of.events.map(({ head }) => head);
  const ids = heads.map(({ id }) => id);
  const hashes = await findInboxHashes(tx, hubId, ids);
  const openings = heads.filter(({ type }) => type === 'epoch.opened');
  const wasRestored = of.epoch > 1;
  if (openings.length === 0 && !wasRestored) {
    return { hashOf: (id) => hashes.get(id), parentOf: () => undefined, isOver: () => false };
  }
  const epochs = await readEpochs(tx, hubId);
  const parents = openings.flatMap(({ seq }) => epochs.placesOf(seq - 1));
  const at = await findHashesAt(tx, hubId, [...parents, ...epochs.ends()]);
  const aside = wasRestored ? await findSupersededHashes(tx, hubId, ids) : hashes;
  const over = new Set([
    ...epochs.ends().map((place) => at.get(place)),
    ...(await findSuperseded(tx, hubId, wasRestored ? heads.map(({ prevHash }) => prevHash) : [])),
  ]);
  return {
    hashOf: (id) => hashes.get(id) ?? aside.get(id),
    parentOf: ({ seq, prevHash }) =>
      epochs.placesOf(seq - 1).find((place) => at.get(place) === prevHash),
    isOver: (hash) => over.has(hash),
  };
}

/** Lives that begin, and what lives that are over have told since: people hear of both. */
async function keepLives(
  tx: Executor,
  batch: {
    readonly hubId: string;
    readonly examined: Examined;
    readonly last: number;
    readonly bookedAt: Date;
  },
): Promise<void> {
  const { hubId, last, bookedAt: at } = batch;
  const { epochs, superseded } = batch.examined;
  await insertEpochs(tx, hubId, { epochs, last, at });
  await insertSuperseded(tx, hubId, { events: superseded, at });
  const differences: FoundDifference[] = [
    ...epochs.map(({ eventId, fromSeq, afterSeq }) => ({
      code: 'set_back' as const,
      subject: `event ${eventId}`,
      seq: fromSeq,
      detail: `the hub goes on from event ${afterSeq}; central alone has ${fromSeq - 1 - afterSeq} later ones`,
    })),
    ...superseded.map(({ head }) => ({
      code: 'superseded' as const,
      subject: `event ${head.id}`,
      seq: head.seq,
      detail: `${head.type} of ${head.occurredAt}`,
    })),
  ];
  await recordDifferences(tx, { hubId, source: 'intake', differences, at });
}

/** Payments in the chain's order: captures together, up to each other move, which may be of one of them. */
async function applyPayments(
  tx: Executor,
  chained: readonly ChainedEvent[],
  bookedAt: Date,
): Promise<Pick<Effects, 'payments' | 'moves'> & { refused: [number, QuarantineReason][] }> {
  const payments: CaptureEvent[] = [];
  const moves: MoveEvent[] = [];
  const refused: [number, QuarantineReason][] = [];
  let waiting: CaptureEvent[] = [];
  const bookWaiting = async (): Promise<void> => {
    const captures = waiting;
    waiting = [];
    const done = await bookCaptures(tx, captures, bookedAt);
    payments.push(...done.booked);
    const settled = new Set([...done.booked, ...done.refused]);
    for (const { seq } of done.refused) refused.push([seq, 'move_not_allowed']);
    for (const event of captures) {
      if (!settled.has(event)) refused.push([event.seq, 'payment_already_booked']);
    }
  };
  for (const { event } of chained) {
    if (event?.type === 'payment.captured') waiting.push(event);
    if (!event || !isMoveEvent(event)) continue;
    await bookWaiting();
    if (await bookMove(tx, event, bookedAt)) moves.push(event);
    else refused.push([event.seq, 'move_not_allowed']);
  }
  await bookWaiting();
  return { payments, moves, refused };
}

function isSamePosition(a: StreamPosition, b: StreamPosition): boolean {
  return (
    a.streamSeq === b.streamSeq &&
    a.streamCreated === b.streamCreated &&
    a.epoch === b.epoch &&
    a.chain.seq === b.chain.seq &&
    a.chain.hash === b.chain.hash
  );
}

async function applyTerminal(
  tx: Executor,
  event: Extract<HubEvent, { type: 'terminal.registered' }>,
): Promise<void> {
  await upsertTerminal(tx, {
    ...event.data,
    hubId: event.source,
    registeredAt: new Date(event.occurredAt),
  });
}

function quarantineRows(
  { chained, unchained }: Examined,
  refused: ReadonlyMap<number, QuarantineReason>,
): QuarantineRow[] {
  const links = chained.flatMap(({ seq, read: { head, delivery }, reason: own }) => {
    const reason = own ?? refused.get(seq);
    if (!reason) return [];
    return [
      {
        streamSeq: delivery.streamSeq,
        seq,
        type: head.type,
        version: head.version,
        reason,
        // the inbox has it
        raw: null,
      },
    ];
  });
  const others = unchained.map(({ delivery, reason }) => ({
    streamSeq: delivery.streamSeq,
    seq: null,
    type: null,
    version: null,
    reason,
    raw: delivery.text,
  }));
  return [...links, ...others];
}
