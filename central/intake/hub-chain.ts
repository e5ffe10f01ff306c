import { createHash } from 'node:crypto';
import {
  chainInput,
  GENESIS_HASH,
  type HubEvent,
  type HubEventHead,
  hubEventHeadSchema,
  hubEventSchema,
} from '../../shared/contracts/hub-events.ts';
import { HUB_EVENT_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { rawMember } from './raw-data.ts';

const KNOWN_VERSIONS: readonly number[] = HUB_EVENT_VERSIONS;

/** A message as a hub's stream delivered it. */
export interface Delivery {
  readonly streamSeq: number;
  readonly text: string;
}

/** How far a hub's chain has been read. */
export interface ChainPosition {
  /** Place of the last event in the inbox (`epochs.ts`). */
  readonly seq: number;
  readonly hash: string;
  /** Place less the hub's own sequence. */
  readonly carried: number;
}

/** What is in the books of the events in hand. */
export interface KnownEvents {
  /** Hash of an event that is in the inbox, or was put aside as one of a life that is over. */
  hashOf(eventId: string): string | undefined;
  /** Place of the event that the first event of a life continues from; undefined where it is not in the inbox. */
  parentOf(head: HubEventHead): number | undefined;
  /** Whether an event with this hash was the last of a life that is over, or was told by it later. */
  isOver(hash: string): boolean;
}

/** A life of the hub that begins with an event in hand. */
export interface OpenedEpoch {
  readonly eventId: string;
  readonly fromSeq: number;
  readonly afterSeq: number;
  readonly carried: number;
}

/** Why an event was put aside. All but the first two are links of the chain, which goes on past them. */
export type QuarantineReason =
  | 'malformed'
  | 'foreign_source'
  | 'unknown_type'
  | 'unsupported_version'
  | 'invalid_data'
  | 'bad_certificate'
  | 'wrong_hub'
  | 'bad_signature'
  | 'hub_not_announced'
  | 'allowance_not_granted'
  | 'discount_not_due'
  | 'payment_already_booked'
  | 'move_not_allowed';

/** Why a hub's intake stops: from here on its books and ours would differ. */
type ChainBreakCode = 'gap' | 'prev_hash_mismatch' | 'hash_mismatch' | 'fork' | 'event_id_reused';

export interface ChainBreak {
  readonly code: ChainBreakCode;
  /** The event that does not fit. */
  readonly seq: number;
  readonly streamSeq: number;
}

export interface ReadEvent {
  readonly delivery: Delivery;
  readonly head: HubEventHead;
  readonly dataJson: string;
}

/** A link of the chain: an event that we understand, or one that is kept for a newer central. */
export interface ChainedEvent {
  readonly read: ReadEvent;
  /** Its place in the inbox. */
  readonly seq: number;
  /** With the place as its sequence. */
  readonly event: HubEvent | undefined;
  readonly reason: QuarantineReason | undefined;
}

interface Unchained {
  readonly delivery: Delivery;
  readonly reason: QuarantineReason;
}

export interface Examined {
  readonly chained: readonly ChainedEvent[];
  readonly unchained: readonly Unchained[];
  /** Told by a life that is over, after another had begun. */
  readonly superseded: readonly ReadEvent[];
  readonly epochs: readonly OpenedEpoch[];
  readonly duplicates: number;
  /** Where the chain is after the events above, and the last delivery that they cover. */
  readonly position: ChainPosition;
  readonly streamSeq: number | undefined;
  readonly break: ChainBreak | undefined;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  hubEventSchema.options.map((option) => option.shape.type.value),
);

/** A delivery with all that can be said of it by itself, whatever comes before it in the chain. */
export interface ReadDelivery {
  readonly delivery: Delivery;
  readonly read: UnderstoodEvent | undefined;
}

/** An event with the hash that its content has, and what it means to this central. */
interface UnderstoodEvent extends ReadEvent, Meaning {
  readonly hash: string;
}

/** An event that we understand, or why not. */
interface Meaning {
  readonly event: HubEvent | undefined;
  readonly reason: QuarantineReason | undefined;
}

/** Most of the processor time that an event costs this process: to be spent outside of transactions. */
export function readDelivery(delivery: Delivery): ReadDelivery {
  const read = readEvent(delivery);
  if (!read) return { delivery, read };
  const { head, dataJson } = read;
  const hash = createHash('sha256')
    .update(chainInput({ ...head, dataJson }))
    .digest('hex');
  return { delivery, read: { ...read, ...understood(read), hash } };
}

/** Reads the part of an event that every version has; undefined when this is no event. */
export function readEvent(delivery: Delivery): ReadEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(delivery.text);
  } catch {
    return undefined;
  }
  const head = hubEventHeadSchema.safeParse(json);
  if (!head.success || !isStorable(head.data.type, head.data.occurredAt)) return undefined;
  const dataJson = rawMember(delivery.text, 'data');
  return dataJson === undefined ? undefined : { delivery, head: head.data, dataJson };
}

/**
 * Walks deliveries along a hub's chain and says what each is. Pure. Stops at the first event that
 * does not fit: nothing after it may be booked.
 */
export function examine(options: {
  readonly hubId: string;
  readonly deliveries: readonly ReadDelivery[];
  readonly from: ChainPosition;
  readonly known: KnownEvents;
}): Examined {
  const walk = new ChainWalk(options.from, options.known);
  const unchained: Unchained[] = [];
  let streamSeq: number | undefined;
  let broken: ChainBreak | undefined;
  for (const { delivery, read } of options.deliveries) {
    if (!read || read.head.source !== options.hubId) {
      unchained.push({ delivery, reason: read ? 'foreign_source' : 'malformed' });
    } else {
      const code = walk.take(read);
      if (code) {
        broken = { code, seq: read.head.seq, streamSeq: delivery.streamSeq };
        break;
      }
    }
    streamSeq = delivery.streamSeq;
  }
  const { chained, superseded, epochs, duplicates, position } = walk;
  return { chained, unchained, superseded, epochs, duplicates, position, streamSeq, break: broken };
}

class ChainWalk {
  readonly chained: ChainedEvent[] = [];
  readonly superseded: ReadEvent[] = [];
  readonly epochs: OpenedEpoch[] = [];
  duplicates = 0;
  position: ChainPosition;
  private readonly known: KnownEvents;
  private readonly hashById = new Map<string, string>();
  private readonly placeByHash = new Map<string, number>();
  private readonly over = new Set<string>();

  constructor(from: ChainPosition, known: KnownEvents) {
    this.position = from;
    this.known = known;
  }

  /** @returns why the event does not fit */
  take(read: UnderstoodEvent): ChainBreakCode | undefined {
    const { head, hash } = read;
    if (hash !== head.hash) return 'hash_mismatch';
    const isNext = head.seq === this.hubSeq + 1 && head.prevHash === this.position.hash;
    const before = this.hashById.get(head.id) ?? this.known.hashOf(head.id);
    if (before !== undefined) {
      if (before !== hash) return isNext ? 'event_id_reused' : 'fork';
      this.duplicates += 1;
      return undefined;
    }
    this.hashById.set(head.id, hash);
    if (isNext || this.opens(read)) this.chain(read);
    else if (this.isOver(head.prevHash)) this.putAside(read);
    else return this.misfit(head);
    return undefined;
  }

  private get hubSeq(): number {
    return this.position.seq - this.position.carried;
  }

  /** The first event of a life of the hub continues from any event in the books, or begins anew. */
  private opens(read: UnderstoodEvent): boolean {
    const { head } = read;
    const isFirst = head.seq === 1 && head.prevHash === GENESIS_HASH;
    const isOpening = head.type === 'epoch.opened' || (isFirst && head.type === 'hub.announced');
    if (!isOpening || read.event === undefined) return false;
    const afterSeq = isFirst
      ? 0
      : (this.placeByHash.get(head.prevHash) ?? this.known.parentOf(head));
    if (afterSeq === undefined || this.position.seq === 0) return false;
    this.over.add(this.position.hash);
    const fromSeq = this.position.seq + 1;
    const carried = fromSeq - head.seq;
    this.epochs.push({ eventId: head.id, fromSeq, afterSeq, carried });
    this.position = { ...this.position, carried };
    return true;
  }

  private chain(read: UnderstoodEvent): void {
    const { head, event, reason } = read;
    const seq = this.position.seq + 1;
    const isRestored = event?.type === 'epoch.opened' && event.data.restored;
    if (isRestored && this.epochs.at(-1)?.fromSeq !== seq) {
      const { carried } = this.position;
      this.epochs.push({ eventId: head.id, fromSeq: seq, afterSeq: seq - 1, carried });
    }
    this.chained.push({ read, seq, event: event && { ...event, seq }, reason });
    this.placeByHash.set(head.hash, seq);
    this.position = { ...this.position, seq, hash: head.hash };
  }

  private isOver(hash: string): boolean {
    return this.over.has(hash) || this.known.isOver(hash);
  }

  private putAside(read: ReadEvent): void {
    this.over.add(read.head.hash);
    this.superseded.push(read);
  }

  private misfit({ seq }: HubEventHead): ChainBreakCode {
    if (seq <= this.hubSeq) return 'fork';
    return seq === this.hubSeq + 1 ? 'prev_hash_mismatch' : 'gap';
  }
}

/** Tolerant: what a newer hub says is kept and put aside, never lost and never guessed at. */
function understood(read: ReadEvent): Meaning {
  if (!KNOWN_TYPES.has(read.head.type)) return { event: undefined, reason: 'unknown_type' };
  if (!KNOWN_VERSIONS.includes(read.head.version)) {
    return { event: undefined, reason: 'unsupported_version' };
  }
  const parsed = hubEventSchema.safeParse(read.head);
  return parsed.success && isStorable(read.dataJson)
    ? { event: parsed.data, reason: undefined }
    : { event: undefined, reason: 'invalid_data' };
}

/**
 * PostgreSQL has no NUL in text and no year zero: an event with one would stop the hub's intake at
 * every try.
 */
function isStorable(...texts: readonly string[]): boolean {
  return texts.every((text) => !/\0|\\u0000|(?:^|")0000-/.test(text));
}
