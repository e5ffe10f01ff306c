import { createHash } from 'node:crypto';
import {
  chainInput,
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
  readonly seq: number;
  readonly hash: string;
}

/** What the inbox knows of the events in hand. */
export interface KnownEvents {
  hashOf(seq: number): string | undefined;
  seqOf(eventId: string): number | undefined;
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
  readonly duplicates: number;
  /** Where the chain is after the events above, and the last delivery that they cover. */
  readonly position: ChainPosition;
  readonly streamSeq: number | undefined;
  readonly break: ChainBreak | undefined;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  hubEventSchema.options.map((option) => option.shape.type.value),
);

/** A delivery with what could be read of it. */
export interface ReadDelivery {
  readonly delivery: Delivery;
  readonly read: ReadEvent | undefined;
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
  const chained: ChainedEvent[] = [];
  const unchained: Unchained[] = [];
  const idsHere = new Set<string>();
  let duplicates = 0;
  let position = options.from;
  let streamSeq: number | undefined;
  let broken: ChainBreak | undefined;
  for (const { delivery, read } of options.deliveries) {
    if (!read || read.head.source !== options.hubId) {
      unchained.push({ delivery, reason: read ? 'foreign_source' : 'malformed' });
      streamSeq = delivery.streamSeq;
      continue;
    }
    const hashes = { position, known: options.known, chained, first: options.from.seq + 1 };
    const verdict = linkVerdict(read, hashes);
    if (verdict === 'duplicate') {
      duplicates += 1;
    } else if (
      verdict === 'next' &&
      !idsHere.has(read.head.id) &&
      options.known.seqOf(read.head.id) === undefined
    ) {
      idsHere.add(read.head.id);
      chained.push({ read, ...understood(read) });
      position = { seq: read.head.seq, hash: read.head.hash };
    } else {
      const code = verdict === 'next' ? 'event_id_reused' : verdict;
      broken = { code, seq: read.head.seq, streamSeq: delivery.streamSeq };
      break;
    }
    streamSeq = delivery.streamSeq;
  }
  return { chained, unchained, duplicates, position, streamSeq, break: broken };
}

function linkVerdict(
  { head, dataJson }: ReadEvent,
  at: {
    readonly position: ChainPosition;
    readonly known: KnownEvents;
    readonly chained: readonly ChainedEvent[];
    readonly first: number;
  },
): 'next' | 'duplicate' | Exclude<ChainBreakCode, 'event_id_reused'> {
  const hash = createHash('sha256')
    .update(chainInput({ ...head, dataJson }))
    .digest('hex');
  if (hash !== head.hash) return 'hash_mismatch';
  if (head.seq <= at.position.seq) {
    const before =
      head.seq >= at.first
        ? at.chained[head.seq - at.first]?.read.head.hash
        : at.known.hashOf(head.seq);
    return before === head.hash ? 'duplicate' : 'fork';
  }
  if (head.seq !== at.position.seq + 1) return 'gap';
  return head.prevHash === at.position.hash ? 'next' : 'prev_hash_mismatch';
}

/** Tolerant: what a newer hub says is kept and put aside, never lost and never guessed at. */
function understood(read: ReadEvent): Pick<ChainedEvent, 'event' | 'reason'> {
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
