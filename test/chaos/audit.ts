import { join } from 'node:path';
import Database from 'better-sqlite3';
import { operatorOfCentral } from '../../deploy/demo/audit.ts';
import type { HubNode } from '../../deploy/stack/hub-node.ts';
import type { Stack } from '../../deploy/stack/stack.ts';
import { LedgerReader } from '../../edge-hub/verification/ledger-reader-store.ts';
import { verifyLedger } from '../../edge-hub/verification/verify-ledger.ts';
import { cityPaymentListSchema, trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { type LedgerFinding, ledgerVerdictSchema } from '../../shared/contracts/ledger-verdict.ts';
import { isOfTheChain } from '../powercut/damage.ts';
import type { AcknowledgedSale, Till } from './till.ts';

export interface AuditResult {
  readonly acknowledged: number;
  /** Acknowledged, and not at the hub or not at central, or of another amount there. */
  readonly lost: number;
  /** Booked twice, or booked though no terminal asked for it. */
  readonly duplicated: number;
  /** More given back than taken. */
  readonly overdrawn: number;
  /** Findings of `ledger verify` at hubs and central that are not of the chain, and a trial balance that is none. */
  readonly unbalanced: number;
  readonly chainBreaks: number;
}

/** Holds what terminals were told against every hub's ledger and central's book. */
export async function audit(stack: Stack, tills: readonly Till[]): Promise<AuditResult> {
  const acknowledged = tills.flatMap((till) => [...till.acknowledged.values()]);
  const begun = new Set(tills.flatMap((till) => [...till.begun.keys()]));
  const atCentral = await paymentsAtCentral(stack);
  const findings: LedgerFinding[] = [];
  let atHubs = new Map<string, bigint>();
  let overdrawn = 0;
  for (const hub of stack.hubs) {
    const seen = readHub(hub);
    atHubs = new Map([...atHubs, ...seen.captures]);
    overdrawn += seen.overdrawn;
    findings.push(...seen.findings, ...(await findingsAtCentral(stack, hub.hubId)));
  }
  const central = operatorOfCentral(stack);
  const { balanced } = await central.get('/api/ledger/trial-balance', trialBalanceSchema);
  const booked = new Map(atCentral.map((each) => [each.paymentId, each.amountMinor]));
  const isLost = ({ paymentId, amountMinor }: AcknowledgedSale): boolean =>
    atHubs.get(paymentId) !== amountMinor || booked.get(paymentId) !== amountMinor;
  const chainBreaks = findings.filter(({ code }) => isOfTheChain(code)).length;
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter(isLost).length,
    duplicated: countDuplicated(atCentral, begun),
    overdrawn,
    unbalanced: findings.length - chainBreaks + (balanced ? 0 : 1),
    chainBreaks,
  };
}

interface BookedPayment {
  readonly paymentId: string;
  readonly amountMinor: bigint;
}

function countDuplicated(atCentral: readonly BookedPayment[], begun: ReadonlySet<string>): number {
  const once = new Set<string>();
  let duplicated = 0;
  for (const { paymentId } of atCentral) {
    if (once.has(paymentId) || !begun.has(paymentId)) duplicated += 1;
    once.add(paymentId);
  }
  return duplicated;
}

async function paymentsAtCentral(stack: Stack): Promise<BookedPayment[]> {
  const central = operatorOfCentral(stack);
  const booked: BookedPayment[] = [];
  for (let after = ''; ; ) {
    const page = await central.get(`/api/payments?limit=500${after}`, cityPaymentListSchema);
    for (const { paymentId, amountMinor } of page.payments) {
      booked.push({ paymentId, amountMinor: BigInt(amountMinor) });
    }
    if (!page.nextCursor) return booked;
    after = `&after=${encodeURIComponent(page.nextCursor)}`;
  }
}

async function findingsAtCentral(stack: Stack, hubId: string): Promise<readonly LedgerFinding[]> {
  const path = `/api/ledger/verify?hub=${hubId}`;
  return (await operatorOfCentral(stack).get(path, ledgerVerdictSchema)).findings;
}

function readHub(hub: HubNode) {
  const path = join(hub.dataDir, 'hub.db');
  const reader = LedgerReader.open(path);
  const { findings } = verifyLedger(reader);
  reader.close();
  const client = new Database(path, { readonly: true });
  client.defaultSafeIntegers(true);
  try {
    const captures = client
      .prepare<[], [string, bigint]>(
        "SELECT payment_id, amount_minor FROM payment_move WHERE kind = 'capture'",
      )
      .raw()
      .all();
    const overdrawn = client.prepare(OVERDRAWN_SQL).pluck().get();
    return { findings, captures: new Map(captures), overdrawn: Number(overdrawn) };
  } finally {
    client.close();
  }
}

const OVERDRAWN_SQL = `SELECT count(*) FROM (SELECT 1 FROM payment_move GROUP BY payment_id HAVING
  sum(CASE WHEN kind IN ('refund', 'reverse') THEN amount_minor ELSE 0 END) >
  sum(CASE WHEN kind = 'capture' THEN amount_minor ELSE 0 END))`;
