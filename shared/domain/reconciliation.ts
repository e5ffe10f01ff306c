/**
 * Holds a hub's ledger against central's book, and a terminal's journal against the hub's ledger. Pure.
 *
 * The chain's sequence is what both sides are compared by: an event is the same where its sequence and hash are.
 */

/** One event of a hub's chain with what is booked of it. */
export interface LedgerEntry {
  readonly seq: number;
  /** Of the chain; covers the event to the last byte. */
  readonly hash: string;
  /** Null for events that book nothing of a payment. */
  readonly booked: BookedFact | null;
  /** Why it was put aside instead of being booked; central only. */
  readonly putAside?: string | null;
}

interface BookedFact {
  readonly kind: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/**
 * - `lost_prefix`, `lost_middle`, `lost_tail`: events that the hub has and central has not, by where they are missing
 * - `not_booked`: central has the event and has not booked what it tells
 * - `surplus`: central has events that the hub has not: the hub's ledger was set back
 * - `duplicated`: one payment captured twice, or one event booked twice
 * - `amount_differs`, `booking_differs`: booked otherwise than at the hub
 * - `chain_broken`: both have the sequence, with different hashes, or a side has it twice or out of order
 * - `code_used_twice`: the one-time code of a shopper's phone has paid twice, at hubs that did not hear of one another
 * - `set_back`: the hub was restored from a backup or replaced: central alone has what it had told since
 * - `superseded`: told by an appliance that was replaced, after the one that replaces it: not booked
 * - `terminal_*`: what a terminal's journal says of a payment is not what the hub's ledger says
 */
export const DIFFERENCE_CODES = [
  'lost_prefix',
  'lost_middle',
  'lost_tail',
  'not_booked',
  'surplus',
  'duplicated',
  'amount_differs',
  'booking_differs',
  'chain_broken',
  'code_used_twice',
  'set_back',
  'superseded',
  'terminal_paid_not_booked',
  'terminal_amount_differs',
  'terminal_unaware',
  'terminal_open',
] as const;
export type DifferenceCode = (typeof DIFFERENCE_CODES)[number];

/** Whose word it is: a terminal's journal, a hub's ledger, what the hub told central, central's book. */
export const BOOKS = ['terminal', 'hub', 'told', 'central'] as const;

/** What one book says at the place where another says something else. */
export interface BookSide {
  readonly book: (typeof BOOKS)[number];
  /** The kind of move, or how a terminal saw it end; null where the book has nothing. */
  readonly says: string | null;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  /** Of the chain. */
  readonly hash: string | null;
}

export interface Difference {
  readonly code: DifferenceCode;
  /** The first event it is about, and the last of a run; null where none. */
  readonly seq: number | null;
  readonly toSeq: number | null;
  readonly paymentId: string | null;
  readonly detail: string;
  /** Of the first event it is about. */
  readonly sides: readonly BookSide[];
}

/** Differences between a hub's ledger and central's book of it, each side in the chain's order. */
export function compareBooks(
  hub: readonly LedgerEntry[],
  central: readonly LedgerEntry[],
): Difference[] {
  const there = new Map<number, LedgerEntry>();
  const differences = [...brokenOrder(hub, 'hub'), ...brokenOrder(central, 'central')];
  for (const entry of central) if (!there.has(entry.seq)) there.set(entry.seq, entry);
  differences.push(...lostRuns(hub, there));
  const lastHere = hub.at(-1)?.seq ?? 0;
  for (const entry of central.filter(({ seq }) => seq > lastHere)) {
    const sides = [nothingAt('hub'), sideOf('central', entry)];
    differences.push(difference('surplus', { entry, sides }, 'central has it, the hub has not'));
  }
  for (const entry of hub) {
    const booked = there.get(entry.seq);
    if (!booked) continue;
    const found = compareEntry(entry, booked);
    if (found) differences.push(found);
  }
  differences.push(...capturedTwice(hub, 'hub'), ...capturedTwice(central, 'central'));
  return differences.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
}

function compareEntry(here: LedgerEntry, there: LedgerEntry): Difference | undefined {
  const at = { entry: here, sides: [sideOf('hub', here), sideOf('central', there)] };
  if (here.hash !== there.hash) return difference('chain_broken', at, 'the hashes differ');
  const [due, booked] = [here.booked, there.booked];
  if (!due && !booked) return undefined;
  if (!booked) return difference('not_booked', at, there.putAside ?? 'nothing is booked');
  if (!due || due.kind !== booked.kind || due.paymentId !== booked.paymentId) {
    return difference('booking_differs', at, `${due?.kind ?? 'nothing'}, ${booked.kind}`);
  }
  if (due.amountMinor !== booked.amountMinor || due.currency !== booked.currency) {
    return difference('amount_differs', at, `${due.amountMinor}, ${booked.amountMinor}`);
  }
  return undefined;
}

/** Events that central has not, as runs: a lost prefix, tail, or something between. */
function lostRuns(hub: readonly LedgerEntry[], there: ReadonlyMap<number, LedgerEntry>) {
  const runs: LedgerEntry[][] = [];
  let open: LedgerEntry[] | undefined;
  for (const entry of hub) {
    if (there.has(entry.seq)) {
      open = undefined;
      continue;
    }
    if (!open) runs.push((open = []));
    open.push(entry);
  }
  return runs.map((run): Difference => {
    const [first] = run;
    const last = run.at(-1);
    const isTail = last === hub.at(-1);
    const code = isTail ? 'lost_tail' : first === hub[0] ? 'lost_prefix' : 'lost_middle';
    const toSeq = last?.seq ?? null;
    const detail = `${run.length} events`;
    const sides = [...(first ? [sideOf('hub', first)] : []), nothingAt('central')];
    return { code, seq: first?.seq ?? null, toSeq, paymentId: null, detail, sides };
  });
}

function brokenOrder(side: readonly LedgerEntry[], name: 'hub' | 'central'): Difference[] {
  return side.flatMap((entry, index) => {
    const before = side[index - 1];
    if (!before || entry.seq > before.seq) return [];
    const code = entry.seq === before.seq ? 'duplicated' : 'chain_broken';
    const sides = [sideOf(name, before), sideOf(name, entry)];
    return [difference(code, { entry, sides }, `twice or out of order at ${name}`)];
  });
}

function capturedTwice(side: readonly LedgerEntry[], name: 'hub' | 'central'): Difference[] {
  const seen = new Set<string>();
  return side.flatMap((entry) => {
    if (entry.booked?.kind !== 'capture') return [];
    const isNew = !seen.has(entry.booked.paymentId);
    seen.add(entry.booked.paymentId);
    const at = { entry, sides: [sideOf(name, entry)] };
    return isNew ? [] : [difference('duplicated', at, `captured twice at ${name}`)];
  });
}

function difference(
  code: DifferenceCode,
  { entry, sides }: { readonly entry: LedgerEntry; readonly sides: readonly BookSide[] },
  detail: string,
): Difference {
  const paymentId = entry.booked?.paymentId ?? null;
  return { code, seq: entry.seq, toSeq: entry.seq, paymentId, detail, sides };
}

function sideOf(book: BookSide['book'], { booked, hash }: LedgerEntry): BookSide {
  const { kind: says = null, amountMinor = null, currency = null } = booked ?? {};
  return { book, says, amountMinor, currency, hash };
}

function nothingAt(book: BookSide['book']): BookSide {
  return { book, says: null, amountMinor: null, currency: null, hash: null };
}

/** What a terminal's journal says of a payment. */
export interface JournalledPayment {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** How the terminal saw it end; null where it did not. */
  readonly outcome: string | null;
}

/**
 * Differences between a terminal's journal and its hub's ledger. A journal drops ended payments when it grows, so that a
 * payment which it does not have is no difference.
 */
export function compareJournal(
  journal: readonly JournalledPayment[],
  hub: readonly LedgerEntry[],
): Difference[] {
  const captured = new Map<string, LedgerEntry>();
  for (const entry of hub) {
    if (entry.booked?.kind === 'capture') captured.set(entry.booked.paymentId, entry);
  }
  return journal.flatMap((payment): Difference[] => {
    const entry = captured.get(payment.paymentId);
    const fact = entry?.booked;
    const { paymentId, outcome, amountMinor, currency } = payment;
    const terminal = { book: 'terminal', says: outcome ?? 'open', hash: null } as const;
    const sides: BookSide[] = [
      { ...terminal, amountMinor, currency },
      entry ? sideOf('hub', entry) : nothingAt('hub'),
    ];
    const at = { seq: entry?.seq ?? null, toSeq: entry?.seq ?? null, paymentId, sides };
    if (!fact) {
      if (outcome === 'paid') {
        return [{ ...at, code: 'terminal_paid_not_booked', detail: 'the hub has no capture' }];
      }
      return [];
    }
    if (fact.amountMinor !== amountMinor || fact.currency !== currency) {
      const detail = `${amountMinor}, ${fact.amountMinor}`;
      return [{ ...at, code: 'terminal_amount_differs', detail }];
    }
    if (outcome === null) return [{ ...at, code: 'terminal_open', detail: 'ask by recover' }];
    // an authorisation's capture comes later, by a move
    if (outcome === 'paid' || outcome === 'authorised') return [];
    return [{ ...at, code: 'terminal_unaware', detail: `the terminal saw ${outcome}` }];
  });
}
