import type { Epochs } from '../../central/intake/epochs.ts';
import { classifyLost } from '../powercut/damage.ts';
import type { CityDatabase } from './city-database.ts';
import type { Damage } from './damage.ts';
import type { HubBooks, Move } from './hub-books.ts';
import type { Acknowledged } from './journal.ts';

interface Holding {
  readonly city: CityDatabase;
  /** What terminals of the hub were told, in that order. */
  readonly told: readonly Acknowledged[];
  /** The hub's lives, as central has them. */
  readonly lives: Epochs;
  readonly damage: Damage;
  readonly examples: string[];
}

/** What central has of a hub's chain: hashes by place. */
type Inbox = ReadonlyMap<number, string>;

/**
 * Holds a hub's ledger, and what is left of disks that it has lost, against central's book, and both against what its
 * terminals were told. Adds to `damage` and `examples`.
 *
 * @returns how much of what was told is gone with a disk
 */
export async function holdAgainstCity(hub: HubBooks, holding: Holding): Promise<number> {
  const { city } = holding;
  const rows = await city.query<{ seq: string; hash: string }>(
    `select seq, hash from inbox where hub_id = '${hub.hubId}' order by seq`,
  );
  const inbox = new Map(rows.map(({ seq, hash }) => [Number(seq), hash]));
  holdChains(hub, inbox, holding);
  await holdPostings(hub, inbox, holding);
  return holdTold(hub, new Set(inbox.values()), holding);
}

/** Each event at central is the hub's, or that of a disk which it has lost, and none of the hub's is missing. */
function holdChains(
  { hubId, hashes, headSeq, lostParts }: HubBooks,
  inbox: Inbox,
  { lives, damage, examples }: Holding,
): void {
  const isHubs = ([place, hash]: readonly [number, string]): boolean => {
    const seq = lives.hubSeqOf(place);
    return lives.isInForce(place)
      ? hashes.get(seq) === hash
      : lostParts.some((part) => part.hashes.get(seq) === hash);
  };
  const differing = [...inbox].filter((each) => !isHubs(each)).length;
  if (differing > 0) examples.push(`differing: ${hubId} ${differing}`);
  damage.chainBreaks += differing > 0 ? 1 : 0;
  const inForce = [...inbox.keys()].filter((place) => lives.isInForce(place)).length;
  damage.unsettled += Math.max(0, headSeq - inForce);
}

/** All that a terminal was told is at the hub, or on a disk that it has lost, and at central. */
function holdTold(
  hub: HubBooks,
  atCentral: ReadonlySet<string>,
  { told: all, damage, examples }: Holding,
): number {
  const gone = goneWithDisks(hub, atCentral);
  const told = all.filter(({ requestId }) => hub.moves.has(requestId) || !gone.has(requestId));
  const lostMoves = hub.lostParts.flatMap(({ moves }) => moves);
  const movesOf = (requestId: string): Move[] => {
    const inForce = hub.moves.get(requestId);
    const lost = lostMoves.filter(({ moveId }) => moveId === requestId);
    return inForce ? [inForce, ...lost] : lost;
  };
  const isAtHub = ({ requestId, kind, amountMinor }: Acknowledged): boolean =>
    movesOf(requestId).some((move) => move.kind === kind && move.amountMinor === amountMinor);
  const isAtCentral = ({ requestId }: Acknowledged): boolean =>
    movesOf(requestId).some(({ hash }) => atCentral.has(hash));
  lose(told, isAtHub, { damage, examples });
  lose(told.filter(isAtHub), isAtCentral, { damage, examples });
  return all.length - told.length;
}

/** Requests of which the events were on a lost disk, behind the last one that central has of it. */
function goneWithDisks({ lostParts }: HubBooks, atCentral: ReadonlySet<string>): Set<string> {
  return new Set(
    lostParts.flatMap(({ hashes, moves }) => {
      const heard = [...hashes].filter(([, hash]) => atCentral.has(hash)).map(([seq]) => seq);
      const last = Math.max(0, ...heard);
      return moves.filter(({ seq }) => seq > last).map(({ moveId }) => moveId);
    }),
  );
}

/** Central has posted what the hub has, and what came of disks that it has lost. Put aside is only what the hub has done again. */
async function holdPostings(
  { hubId, moves, lostParts }: HubBooks,
  inbox: Inbox,
  { city, damage, examples }: Holding,
): Promise<void> {
  const aside = await city.query<{ seq: string | null; type: string; reason: string }>(
    `select seq, type, reason from quarantined_events where hub_id = '${hubId}'`,
  );
  const lost = lostParts.flatMap((part) => part.moves);
  /** On how many lost disks something was done to the payment. */
  const disksOf = (paymentId: string): number =>
    lostParts.filter((part) => part.moves.some((move) => move.paymentId === paymentId)).length;
  const again = [
    ...[...moves.values()].filter(({ paymentId }) => disksOf(paymentId) > 0),
    ...lost.filter(({ paymentId }) => disksOf(paymentId) > 1),
  ];
  const doneAgain = new Set(again.map(({ hash }) => hash));
  const hashesAside = new Set(aside.map(({ seq }) => inbox.get(Number(seq)) ?? ''));
  const unexpected = aside.filter(({ seq }) => !doneAgain.has(inbox.get(Number(seq)) ?? ''));
  for (const { type, reason } of unexpected) examples.push(`aside: ${hubId} ${type}: ${reason}`);
  const [posted] = await city.query<{ sum: string }>(
    `select coalesce(sum(amount_minor), 0)::text as sum from postings where hub_id = '${hubId}'`,
  );
  const atCentral = new Set(inbox.values());
  const expected = [...moves.values(), ...lost]
    .filter(({ hash }) => atCentral.has(hash) && !hashesAside.has(hash))
    .reduce((sum, { postedMinor }) => sum + postedMinor, 0n);
  const isPosted = BigInt(posted?.sum ?? 0) === expected;
  if (!isPosted) examples.push(`posted: ${hubId} ${expected}, at central ${posted?.sum}`);
  damage.unbalanced += unexpected.length + (isPosted ? 0 : 1);
}

/** Counts those of what was told that are not there, each by where it stood. */
function lose(
  told: readonly Acknowledged[],
  isThere: (each: Acknowledged) => boolean,
  { damage, examples }: { readonly damage: Damage; readonly examples: string[] },
): void {
  const lost = classifyLost(told.map(isThere));
  for (const place of ['prefix', 'middle', 'tail'] as const) damage.lost[place] += lost[place];
  for (const { hubId, kind, paymentId } of told.filter((each) => !isThere(each))) {
    examples.push(`lost: ${hubId} ${kind} ${paymentId}`);
  }
}
