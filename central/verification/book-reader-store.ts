import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Funder } from '../../shared/domain/campaign.ts';
import type { Executor } from '../db/database.ts';

/** An event of the inbox as it was received; `raw` is null once an erasure has emptied it. */
export interface InboxRow {
  readonly seq: number;
  readonly eventId: string;
  readonly type: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly streamSeq: number;
  readonly raw: string | null;
}

/** What central has booked of an event: a capture or another move, with its entry and postings. */
export interface BookedRow {
  readonly seq: number;
  readonly kind: string;
  readonly moveId: string | null;
  readonly paymentId: string;
  readonly shopperId: string | null;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reference: string | null;
  readonly movedAt: string;
  /** `kind` of the journal entry with the event's id; null where there is none. */
  readonly entryKind: string | null;
  readonly entryPaymentId: string | null;
  readonly postings: readonly {
    readonly debit: string;
    readonly credit: string;
    readonly amountMinor: bigint;
    readonly currency: string;
  }[];
}

/** The next events of a hub's chain, as they lie in the inbox. */
export async function readInbox(
  tx: Executor,
  hubId: string,
  page: { readonly afterSeq: number; readonly limit: number },
): Promise<InboxRow[]> {
  const rows = await tx.execute<Record<string, string | null>>(sql`
    select seq, event_id, type, prev_hash, hash, stream_seq, raw from inbox
    where hub_id = ${hubId} and seq > ${page.afterSeq} order by seq limit ${page.limit}`);
  return rows.map((row) => ({
    seq: Number(row['seq']),
    eventId: row['event_id'] ?? '',
    type: row['type'] ?? '',
    prevHash: row['prev_hash'] ?? '',
    hash: row['hash'] ?? '',
    streamSeq: Number(row['stream_seq']),
    raw: row['raw'] ?? null,
  }));
}

/** What is booked of a run of events, by the event's sequence. */
export async function readBooked(
  tx: Executor,
  hubId: string,
  range: { readonly fromSeq: number; readonly toSeq: number },
): Promise<BookedRow[]> {
  const rows = await tx.execute<Record<string, string | Date | null>>(sql`
    select b.*, e.kind as entry_kind, e.payment_id as entry_payment_id,
           (select coalesce(json_agg(json_build_object('debit', p.debit, 'credit', p.credit,
                     'amount', p.amount_minor::text, 'currency', p.currency) order by p.line), '[]')::text
            from postings p where p.hub_id = ${hubId} and p.entry_id = i.event_id) as postings
    from (
      select event_seq, 'capture' as kind, null::uuid as move_id, payment_id, shopper_id, terminal_id, shop_id,
             merchant_id, amount_minor, currency, reference, captured_at as moved_at
      from payments where hub_id = ${hubId} and event_seq between ${range.fromSeq} and ${range.toSeq}
      union all
      select event_seq, kind, move_id, payment_id, shopper_id, terminal_id, shop_id, merchant_id, amount_minor, currency,
             reference, moved_at
      from payment_moves where hub_id = ${hubId} and event_seq between ${range.fromSeq} and ${range.toSeq}
    ) as b
    join inbox i on i.hub_id = ${hubId} and i.seq = b.event_seq
    left join journal_entries e on e.hub_id = ${hubId} and e.entry_id = i.event_id`);
  return rows.map(bookedRow);
}

const linesSchema = z.array(
  z.object({ debit: z.string(), credit: z.string(), amount: z.string(), currency: z.string() }),
);

function bookedRow(row: Record<string, string | Date | null>): BookedRow {
  const text = (name: string): string | null => row[name]?.toString() ?? null;
  const lines = linesSchema.parse(JSON.parse(text('postings') ?? '[]'));
  return {
    seq: Number(row['event_seq']),
    kind: text('kind') ?? '',
    moveId: text('move_id'),
    paymentId: text('payment_id') ?? '',
    shopperId: text('shopper_id'),
    terminalId: text('terminal_id') ?? '',
    shopId: text('shop_id') ?? '',
    merchantId: text('merchant_id') ?? '',
    amountMinor: BigInt(text('amount_minor') ?? 0),
    currency: text('currency') ?? '',
    reference: text('reference'),
    movedAt: new Date(row['moved_at'] ?? 0).toISOString(),
    entryKind: text('entry_kind'),
    entryPaymentId: text('entry_payment_id'),
    postings: lines.map(({ amount, ...line }) => ({ ...line, amountMinor: BigInt(amount) })),
  };
}

/** What central has booked of a discount's event, with its entry in the city's book. */
export interface BookedDiscount {
  readonly seq: number;
  readonly kind: string;
  readonly campaignId: string;
  readonly paymentId: string;
  readonly shopperId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Of its campaign. */
  readonly funder: Funder;
  readonly eventId: string;
  readonly entryId: string;
  /** Of its posting; null where it has none. */
  readonly debit: string | null;
  readonly credit: string | null;
  readonly postedMinor: bigint | null;
}

/** What is booked of the discounts in a run of events. */
export async function readBookedDiscounts(
  tx: Executor,
  hubId: string,
  range: { readonly fromSeq: number; readonly toSeq: number },
): Promise<BookedDiscount[]> {
  const rows = await tx.execute<Record<string, string | null>>(sql`
    select d.*, c.funder, i.event_id, p.debit, p.credit, p.amount_minor as posted_minor
    from discounts d join campaigns c on c.campaign_id = d.campaign_id
    join inbox i on i.hub_id = d.hub_id and i.seq = d.event_seq
    left join city_postings p on p.entry_id = d.entry_id
    where d.hub_id = ${hubId} and d.event_seq between ${range.fromSeq} and ${range.toSeq}`);
  return rows.map((row) => {
    const text = (name: string): string => row[name] ?? '';
    const posted = row['posted_minor'] ?? null;
    return {
      seq: Number(row['event_seq']),
      kind: text('kind'),
      campaignId: text('campaign_id'),
      paymentId: text('payment_id'),
      shopperId: text('shopper_id'),
      merchantId: text('merchant_id'),
      amountMinor: BigInt(text('amount_minor')),
      currency: text('currency'),
      funder: text('funder') === 'city' ? 'city' : 'merchant',
      eventId: text('event_id'),
      entryId: text('entry_id'),
      debit: row['debit'] ?? null,
      credit: row['credit'] ?? null,
      postedMinor: posted === null ? null : BigInt(posted),
    };
  });
}

/** Sequences that were put aside, with the reason: no row is owed for them. */
export async function readPutAside(tx: Executor, hubId: string): Promise<Map<number, string>> {
  const rows = await tx.execute<{ seq: string; reason: string }>(
    sql`select seq, reason from quarantined_events where hub_id = ${hubId} and seq is not null`,
  );
  return new Map(rows.map((row) => [Number(row.seq), row.reason]));
}

/** Counts of a hub's rows, to be held against what the walk has seen. */
export async function countRows(
  tx: Executor,
  hubId: string,
): Promise<Record<'moves' | 'entries' | 'postings' | 'discounts', number>> {
  const [row] = await tx.execute<Record<string, string>>(sql`
    select (select count(*) from payments where hub_id = ${hubId})
         + (select count(*) from payment_moves where hub_id = ${hubId}) as moves,
           (select count(*) from journal_entries where hub_id = ${hubId}) as entries,
           (select count(*) from postings where hub_id = ${hubId}) as postings,
           (select count(*) from discounts where hub_id = ${hubId}) as discounts`);
  return {
    moves: Number(row?.['moves'] ?? 0),
    entries: Number(row?.['entries'] ?? 0),
    postings: Number(row?.['postings'] ?? 0),
    discounts: Number(row?.['discounts'] ?? 0),
  };
}

/** Payments of which more was given back than captured. */
export async function overRefunded(tx: Executor, hubId: string): Promise<string[]> {
  const rows = await tx.execute<{ payment_id: string }>(sql`
    select m.payment_id from payment_moves m
    left join payments p on p.hub_id = m.hub_id and p.payment_id = m.payment_id
    where m.hub_id = ${hubId} and m.kind in ('refund', 'reverse')
    group by m.payment_id, p.amount_minor
    having sum(m.amount_minor) > coalesce(p.amount_minor, 0) order by m.payment_id limit 100`);
  return rows.map((row) => row.payment_id);
}
