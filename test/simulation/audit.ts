import Database from 'better-sqlite3';
import { verifyBook } from '../../central/verification/verify-book.ts';
import { LedgerReader } from '../../edge-hub/verification/ledger-reader-store.ts';
import { verifyLedger } from '../../edge-hub/verification/verify-ledger.ts';
import type { LedgerFinding } from '../../shared/contracts/ledger-verdict.ts';
import { classifyLost, isOfTheChain } from '../powercut/damage.ts';
import type { CityDatabase } from './city-database.ts';
import type { Acknowledged, Journal } from './journal.ts';

/** What must not be, counted. */
export interface Damage {
  /** Told to a terminal and not in the hub's ledger and central's inbox alike, by where it stood among what was told. */
  readonly lost: { prefix: number; middle: number; tail: number };
  /** Sales that were taken more than once, payments that nobody began, captures booked twice. */
  duplicated: number;
  /** Shoppers who have spent more than they have, or could; payments of which more was given back than taken. */
  overdrawn: number;
  /** Rows, balances and postings that do not agree with the events, at a hub, at central, or between them. */
  unbalanced: number;
  /** Links that do not fit, chains that differ between hub and central. */
  chainBreaks: number;
  /** Events that had not reached central long after all was whole again. */
  unsettled: number;
}

export interface Audited {
  readonly damage: Damage;
  /** What was found, in words, for who looks into it. */
  readonly examples: readonly string[];
}

export function noDamage(): Damage {
  return {
    lost: { prefix: 0, middle: 0, tail: 0 },
    duplicated: 0,
    overdrawn: 0,
    unbalanced: 0,
    chainBreaks: 0,
    unsettled: 0,
  };
}

export function addDamage(sum: Damage, more: Damage): void {
  const { lost, ...counts } = more;
  for (const place of ['prefix', 'middle', 'tail'] as const) sum.lost[place] += lost[place];
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) sum[name] += counts[name];
}

export function isDamaged({ lost, ...counts }: Damage): boolean {
  return [...Object.values(lost), ...Object.values(counts)].some((count) => count > 0);
}

interface Move {
  readonly moveId: string;
  readonly kind: string;
  readonly amountMinor: bigint;
  readonly hash: string;
  readonly seq: number;
}

interface HubBooks {
  readonly hubId: string;
  readonly moves: ReadonlyMap<string, Move>;
  readonly hashes: ReadonlyMap<number, string>;
  readonly headSeq: number;
  readonly allowances: readonly { shopperId: string; usedMinor: bigint; heldMinor: bigint }[];
  readonly postedMinor: bigint;
  readonly overRefunded: number;
  readonly findings: readonly LedgerFinding[];
}

/** Holds what terminals were told against every hub's ledger and central's book. */
export async function audit(parts: {
  readonly hubs: readonly { readonly hubId: string; readonly path: string }[];
  readonly city: CityDatabase;
  readonly journal: Journal;
  /** What every shopper may spend in all. */
  readonly walletMinor: bigint;
  /** Intakes that stand still because a chain does not go on. */
  readonly halted: number;
}): Promise<Audited> {
  const { city, journal } = parts;
  const damage = noDamage();
  const examples: string[] = [];
  const hubs = parts.hubs.map(readHub);
  const findings = hubs.flatMap((hub) => hub.findings);
  const look = await city.look();
  for (const { hubId } of hubs) {
    const { findings: more } = await look.snapshot((tx) => verifyBook(tx, hubId));
    findings.push(...more);
  }
  await look.close();
  damage.chainBreaks += findings.filter(({ code }) => isOfTheChain(code)).length;
  damage.unbalanced += findings.length - damage.chainBreaks;
  for (const { code, table, key, detail } of findings) {
    examples.push(`${code}: ${table} ${key}: ${detail}`);
  }
  for (const hub of hubs) await holdAgainstCity(hub, { city, journal, damage, examples });
  damage.chainBreaks += parts.halted;
  damage.overdrawn += countOverdrawn(hubs, parts.walletMinor);
  damage.duplicated += await countDuplicated(city, journal);
  return { damage, examples };
}

interface Holding extends Audited {
  readonly city: CityDatabase;
  readonly journal: Journal;
  readonly examples: string[];
}

async function holdAgainstCity(
  hub: HubBooks,
  { city, journal, damage, examples }: Holding,
): Promise<void> {
  const { hubId, hashes, moves, headSeq } = hub;
  const inbox = new Map(
    (
      await city.query<{ seq: string; hash: string }>(
        `select seq, hash from inbox where hub_id = '${hubId}' order by seq`,
      )
    ).map(({ seq, hash }) => [Number(seq), hash]),
  );
  const differing = [...inbox].filter(([seq, hash]) => hashes.get(seq) !== hash).length;
  damage.chainBreaks += differing > 0 ? 1 : 0;
  damage.unsettled += Math.max(0, headSeq - inbox.size);
  const told = journal.acknowledged.filter((each) => each.hubId === hubId);
  const isAtHub = ({ requestId, kind, amountMinor }: Acknowledged): boolean => {
    const move = moves.get(requestId);
    return move?.kind === kind && move.amountMinor === amountMinor;
  };
  const isAtCentral = ({ requestId }: Acknowledged): boolean => {
    const move = moves.get(requestId);
    return move !== undefined && inbox.get(move.seq) === move.hash;
  };
  lose(told, isAtHub, { damage, examples });
  lose(told.filter(isAtHub), isAtCentral, { damage, examples });
  const [posted] = await city.query<{ sum: string }>(
    `select coalesce(sum(amount_minor), 0)::text as sum from postings where hub_id = '${hubId}'`,
  );
  const aside = await city.query<{ type: string; reason: string }>(
    `select type, reason from quarantined_events where hub_id = '${hubId}'`,
  );
  for (const { type, reason } of aside) examples.push(`aside: ${hubId} ${type}: ${reason}`);
  const isPosted = BigInt(posted?.sum ?? 0) === hub.postedMinor;
  if (!isPosted) examples.push(`posted: ${hubId} ${hub.postedMinor}, at central ${posted?.sum}`);
  damage.unbalanced += aside.length + (isPosted ? 0 : 1);
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

function countOverdrawn(hubs: readonly HubBooks[], walletMinor: bigint): number {
  const spent = new Map<string, bigint>();
  const held = new Map<string, bigint>();
  const add = (sums: Map<string, bigint>, of: string, amount: bigint): void => {
    sums.set(of, (sums.get(of) ?? 0n) + amount);
  };
  for (const { allowances } of hubs) {
    for (const { shopperId, usedMinor, heldMinor } of allowances) {
      add(spent, shopperId, usedMinor);
      add(held, shopperId, heldMinor);
    }
  }
  const above = [...held].filter(
    ([shopperId, sum]) => sum > walletMinor || (spent.get(shopperId) ?? 0n) > walletMinor,
  ).length;
  return above + hubs.reduce((sum, { overRefunded }) => sum + overRefunded, 0);
}

async function countDuplicated(city: CityDatabase, { saleOf }: Journal): Promise<number> {
  const captured = await city.query<{ payment_id: string; captures: number }>(`
    select p.payment_id::text as payment_id, count(e.entry_id)::int as captures
    from payments p left join journal_entries e
      on e.hub_id = p.hub_id and e.payment_id = p.payment_id and e.kind = 'capture'
    group by p.hub_id, p.payment_id order by 1`);
  const sales = new Set<string>();
  let duplicated = 0;
  for (const { payment_id: paymentId, captures } of captured) {
    const sale = saleOf.get(paymentId);
    if (sale === undefined || sales.has(sale) || captures > 1) duplicated += 1;
    if (sale !== undefined) sales.add(sale);
  }
  return duplicated;
}

const OVER_REFUNDED = `SELECT count(*) FROM (SELECT 1 FROM payment_move GROUP BY payment_id HAVING
  sum(CASE WHEN kind IN ('refund', 'reverse') THEN amount_minor ELSE 0 END) >
  sum(CASE WHEN kind = 'capture' THEN amount_minor ELSE 0 END))`;

function readHub({ hubId, path }: { hubId: string; path: string }): HubBooks {
  const reader = LedgerReader.open(path);
  const { findings } = verifyLedger(reader);
  reader.close();
  const client = new Database(path, { readonly: true });
  client.defaultSafeIntegers(true);
  try {
    const moves = client
      .prepare<[], [string, string, bigint, bigint, string]>(
        `SELECT move_id, kind, amount_minor, seq, hash FROM payment_move JOIN outbox ON seq = event_seq`,
      )
      .raw()
      .all();
    const chain = client
      .prepare<[], [bigint, string]>('SELECT seq, hash FROM outbox ORDER BY seq')
      .raw()
      .all();
    const allowances = client
      .prepare<[], [string, bigint, bigint]>(
        'SELECT shopper_id, used_minor, granted_minor - returned_minor FROM allowance',
      )
      .raw()
      .all();
    const sum = (text: string): unknown => client.prepare(text).pluck().get();
    return {
      hubId,
      findings,
      moves: new Map(
        moves.map(([moveId, kind, amountMinor, seq, hash]) => [
          moveId,
          { moveId, kind, amountMinor, seq: Number(seq), hash },
        ]),
      ),
      hashes: new Map(chain.map(([seq, hash]) => [Number(seq), hash])),
      headSeq: chain.length,
      allowances: allowances.map(([shopperId, usedMinor, heldMinor]) => ({
        shopperId,
        usedMinor,
        heldMinor,
      })),
      postedMinor: BigInt(String(sum('SELECT coalesce(sum(amount_minor), 0) FROM posting'))),
      overRefunded: Number(sum(OVER_REFUNDED)),
    };
  } finally {
    client.close();
  }
}
