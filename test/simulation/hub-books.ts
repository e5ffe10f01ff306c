import Database from 'better-sqlite3';
import { LedgerReader } from '../../edge-hub/verification/ledger-reader-store.ts';
import { verifyLedger } from '../../edge-hub/verification/verify-ledger.ts';
import type { LedgerFinding } from '../../shared/contracts/ledger-verdict.ts';
import type { Replaced } from './hub-disk.ts';

/** What was done to a payment. */
export interface Move {
  readonly moveId: string;
  readonly paymentId: string;
  readonly kind: string;
  readonly amountMinor: bigint;
  /** Of all its postings. */
  readonly postedMinor: bigint;
  readonly hash: string;
  readonly seq: number;
}

interface HeldAllowance {
  readonly shopperId: string;
  readonly usedMinor: bigint;
  readonly heldMinor: bigint;
  /** What the hub would take payments from. */
  readonly spendableMinor: bigint;
}

/** What a database of a hub's has. */
interface Ledger {
  readonly moves: ReadonlyMap<string, Move>;
  readonly hashes: ReadonlyMap<number, string>;
  readonly headSeq: number;
  readonly allowances: readonly HeldAllowance[];
}

/** What was on a disk that is lost and not on the backup that took its place. */
interface LostPart {
  readonly hashes: ReadonlyMap<number, string>;
  readonly moves: readonly Move[];
  /** Spent of a shopper's allowance since the backup; less than nothing where more was given back. */
  readonly spentMinor: ReadonlyMap<string, bigint>;
}

export interface HubBooks extends Ledger {
  readonly hubId: string;
  readonly lostParts: readonly LostPart[];
  readonly overRefunded: number;
  readonly findings: readonly LedgerFinding[];
}

/** A hub's database as it is in the end, and those that were lost with a disk. */
export interface HubFiles {
  readonly hubId: string;
  readonly path: string;
  readonly replaced: readonly Replaced[];
}

const OVER_REFUNDED = `SELECT count(*) FROM (SELECT 1 FROM payment_move GROUP BY payment_id HAVING
  sum(CASE WHEN kind IN ('refund', 'reverse') THEN amount_minor ELSE 0 END) >
  sum(CASE WHEN kind = 'capture' THEN amount_minor ELSE 0 END))`;

/** What was granted to this life of the hub; see `AllowanceStore.find`. */
const IS_OPEN = `epoch = coalesce((SELECT CAST(value AS INTEGER) FROM hub_setting WHERE name = 'allowance_epoch'), 1)
  AND coalesce((SELECT value FROM hub_setting WHERE name = 'allowances_unconfirmed'), '') = ''`;

export function readHub({ hubId, path, replaced }: HubFiles): HubBooks {
  const reader = LedgerReader.open(path);
  const { findings } = verifyLedger(reader);
  reader.close();
  return {
    hubId,
    findings,
    ...reading(path, readLedger),
    lostParts: replaced.map(readLost),
    overRefunded: reading(path, (client) => Number(client.prepare(OVER_REFUNDED).pluck().get())),
  };
}

function readLost({ lost, backup }: Replaced): LostPart {
  const before = reading(lost, readLedger);
  const after = reading(backup, readLedger);
  const isLost = (seq: number): boolean => after.hashes.get(seq) !== before.hashes.get(seq);
  const usedThen = new Map(after.allowances.map((each) => [each.shopperId, each.usedMinor]));
  return {
    hashes: new Map([...before.hashes].filter(([seq]) => isLost(seq))),
    moves: [...before.moves.values()].filter(({ seq }) => isLost(seq)),
    spentMinor: new Map(
      before.allowances.map(({ shopperId, usedMinor }) => [
        shopperId,
        usedMinor - (usedThen.get(shopperId) ?? 0n),
      ]),
    ),
  };
}

function reading<T>(path: string, read: (client: Database.Database) => T): T {
  const client = new Database(path, { readonly: true });
  client.defaultSafeIntegers(true);
  try {
    return read(client);
  } finally {
    client.close();
  }
}

function readLedger(client: Database.Database): Ledger {
  const moves = client
    .prepare<[], [string, string, string, bigint, bigint, string, bigint]>(
      `SELECT move_id, payment_id, kind, amount_minor, seq, hash,
        (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.move_id = payment_move.move_id)
        FROM payment_move JOIN outbox ON seq = event_seq`,
    )
    .raw()
    .all();
  const chain = client
    .prepare<[], [bigint, string]>('SELECT seq, hash FROM outbox ORDER BY seq')
    .raw()
    .all();
  const allowances = client
    .prepare<[], [string, bigint, bigint, bigint]>(
      `SELECT shopper_id, used_minor, granted_minor - returned_minor,
        CASE WHEN ${IS_OPEN} THEN granted_minor - returned_minor - used_minor - closed_minor ELSE 0 END
        FROM allowance`,
    )
    .raw()
    .all();
  return {
    moves: new Map(
      moves.map(([moveId, paymentId, kind, amountMinor, seq, hash, postedMinor]) => [
        moveId,
        { moveId, paymentId, kind, amountMinor, postedMinor, hash, seq: Number(seq) },
      ]),
    ),
    hashes: new Map(chain.map(([seq, hash]) => [Number(seq), hash])),
    headSeq: chain.length,
    allowances: allowances.map(([shopperId, usedMinor, heldMinor, spendableMinor]) => ({
      shopperId,
      usedMinor,
      heldMinor,
      spendableMinor,
    })),
  };
}
