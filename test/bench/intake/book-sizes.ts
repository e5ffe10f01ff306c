import type postgres from 'postgres';

/** Tables that a captured payment has one row in each of, for good. */
export const BOOK_TABLES = ['inbox', 'payments', 'journal_entries', 'postings'] as const;
/** And until it is settled. */
export const WRITTEN_TABLES = [...BOOK_TABLES, 'unsettled_entries'] as const;

const STREETS = 20;
/** A shopper of a street pays so often in the year: a million shoppers in 20 million rows. */
const PAYMENTS_A_SHOPPER = 5;
const FEWEST_SHOPPERS = 50_000;
/** A transaction's worth. */
const CHUNK = 50_000;

/**
 * Grows the book by payments of other streets, a year of them in the order of time, as if they had been booked: rows of the
 * same sizes and keys that rise with time, past triggers and foreign keys.
 */
export async function growBook(
  sql: postgres.Sql,
  options: { readonly payments: number; readonly onProgress: (text: string) => void },
): Promise<void> {
  const { payments, onProgress } = options;
  await sql`insert into hubs (hub_id) select 'hub-g' || n from generate_series(1, ${STREETS}) n on conflict do nothing`;
  const [there] = await sql<{ last: string }[]>`
    select coalesce(max(seq), 0) * ${STREETS} as last from inbox where hub_id like 'hub-g%'`;
  const first = Number(there?.last ?? 0);
  const shoppers = shoppersOf(first + payments);
  for (let from = first; from < first + payments; from += CHUNK) {
    await growBy(sql, { from, count: Math.min(CHUNK, first + payments - from), shoppers });
    if ((from - first) % (CHUNK * 20) === 0) onProgress(`${from - first} of ${payments} grown`);
  }
  await sql.unsafe(`vacuum (freeze, analyze) ${BOOK_TABLES.join(', ')}`);
  await sql`checkpoint`;
}

async function growBy(
  sql: postgres.Sql,
  part: { readonly from: number; readonly count: number; readonly shoppers: number },
): Promise<void> {
  const { from, count, shoppers } = part;
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`set local synchronous_commit = off`;
    await tx`
      create temporary table grown on commit drop as
      select 'hub-g' || (1 + n % ${STREETS}) as hub_id, 1 + n / ${STREETS} as seq,
             ${idOf(tx, 'n', '7a')} as event_id, ${idOf(tx, 'n', '7b')} as payment_id,
             ${idOf(tx, '(n * 7919) % ' + String(shoppers), '7c')} as shopper_id,
             't-' || (n % 40) as terminal_id, 'shop-' || (n % 20) as shop_id, 'm-' || (n % 20) as merchant_id,
             100 + (n * 37) % 20000 as amount_minor, now() - interval '1 year' + n * interval '1 s' as at,
             md5(n::text) || md5((n + 1)::text) as hash
      from generate_series(${from}::bigint, ${from + count - 1}::bigint) n`;
    await tx`
      insert into inbox (hub_id, seq, event_id, type, version, occurred_at, prev_hash, hash, stream_seq, received_at, raw)
      select hub_id, seq, event_id, 'payment.captured', 1, at, hash, hash, seq, at, rpad(event_id::text, 880, hash) from grown`;
    await tx`
      insert into payments (hub_id, payment_id, event_seq, shopper_id, terminal_id, shop_id, merchant_id, amount_minor,
                            currency, method, reference, captured_at, booked_at)
      select hub_id, payment_id, seq, shopper_id, terminal_id, shop_id, merchant_id, amount_minor, 'CNY', 'face',
             'WUMA-' || seq, at, at from grown`;
    await tx`
      insert into journal_entries (hub_id, entry_id, kind, payment_id, booked_at)
      select hub_id, event_id, 'capture', payment_id, at from grown`;
    await tx`
      insert into postings (hub_id, entry_id, line, debit, credit, amount_minor, currency)
      select hub_id, event_id, 1, 'receivable:shopper:' || shopper_id, 'payable:merchant:' || merchant_id, amount_minor, 'CNY'
      from grown`;
  });
}

function shoppersOf(payments: number): number {
  return Math.max(FEWEST_SHOPPERS, Math.ceil(payments / PAYMENTS_A_SHOPPER));
}

/**
 * Whoever comes to pay: any of the shoppers of a book of so many payments. New shoppers alone would be at the right edge of
 * each index.
 */
export async function drawShoppers(
  sql: postgres.Sql,
  draw: { readonly count: number; readonly payments: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select ${idOf(sql, 'n', '7c')} as id
    from (select floor(random() * ${shoppersOf(draw.payments)})::bigint as n from generate_series(1, ${draw.count})) as drawn`;
  return rows.map(({ id }) => id);
}

/** A UUIDv7 that rises with its number instead of time. */
function idOf(tx: postgres.TransactionSql | postgres.Sql, number: string, kind: string) {
  return tx.unsafe(
    `('0190' || lpad(to_hex(${number}), 8, '0') || '${kind}008' || substr(md5((${number})::text), 1, 15))::uuid`,
  );
}

/** Tables for the same rows: without anything, and with the book's indexes alone. */
export async function makeCopies(sql: postgres.Sql): Promise<void> {
  for (const table of WRITTEN_TABLES) {
    await sql.unsafe(`create table bare_${table} (like ${table})`);
    await sql.unsafe(`create table indexed_${table} (like ${table} including indexes)`);
  }
}
