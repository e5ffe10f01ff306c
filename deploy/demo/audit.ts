import {
  cityPaymentListSchema,
  reconciliationSchema,
  trialBalanceSchema,
} from '../../shared/contracts/http-central.ts';
import { hubPaymentListSchema, ledgerSummarySchema } from '../../shared/contracts/http-hub.ts';
import { HubClient } from '../cli/hub-client.ts';
import type { Stack } from '../stack/stack.ts';
import { operatorOf } from './counter.ts';

/** What hubs and central say of the payments that were made. */
export interface Books {
  /** Who was charged, as the hubs have it: shopper ids by payment ids. */
  readonly chargedShopper: ReadonlyMap<string, string>;
  readonly hubRows: number;
  readonly centralRows: number;
  readonly centralPaymentIds: readonly string[];
  /** Whether sums and chain ends agree hub by hub, and central's books balance. */
  readonly balanced: boolean;
}

/** Central as its operator calls it. */
export function operatorOfCentral(stack: Stack): HubClient {
  return new HubClient(stack.central.url, stack.central.adminToken);
}

/** Whether central has booked everything that the hubs have committed. */
export async function isReconciled(stack: Stack): Promise<boolean> {
  for (const hub of stack.hubs) {
    const { here, there } = await bothSides(stack, hub.hubId);
    if (here.chain.lastSeq !== there.lastSeq || here.chain.lastHash !== there.lastHash)
      return false;
  }
  return true;
}

/** The last event that each hub has committed. */
export async function hubSequences(stack: Stack): Promise<ReadonlyMap<string, number>> {
  const sequences = new Map<string, number>();
  for (const { hubId } of stack.hubs) {
    sequences.set(hubId, (await bothSides(stack, hubId)).here.chain.lastSeq);
  }
  return sequences;
}

/** Whether central has booked each hub up to these events at least. */
export async function hasBooked(stack: Stack, upTo: ReadonlyMap<string, number>): Promise<boolean> {
  for (const [hubId, seq] of upTo) {
    if ((await bothSides(stack, hubId)).there.lastSeq < seq) return false;
  }
  return true;
}

/** Reads the books of every hub and of central. */
export async function readBooks(stack: Stack): Promise<Books> {
  const chargedShopper = new Map<string, string>();
  const central = operatorOfCentral(stack);
  let hubRows = 0;
  let centralRows = 0;
  let balanced = (await central.get('/api/ledger/trial-balance', trialBalanceSchema)).balanced;
  for (const hub of stack.hubs) {
    const list = await operatorOf(hub).get('/api/payments?limit=500', hubPaymentListSchema);
    for (const payment of list.payments) chargedShopper.set(payment.paymentId, payment.shopperId);
    const { here, there } = await bothSides(stack, hub.hubId);
    hubRows += here.payments;
    centralRows += there.rows;
    balanced &&= here.sumMinor === there.sumMinor && here.chain.lastHash === there.lastHash;
  }
  return {
    chargedShopper,
    hubRows,
    centralRows,
    centralPaymentIds: await allPaymentIds(central),
    balanced,
  };
}

async function allPaymentIds(central: HubClient): Promise<string[]> {
  const ids: string[] = [];
  let after = '';
  for (;;) {
    const page = await central.get(`/api/payments?limit=500${after}`, cityPaymentListSchema);
    ids.push(...page.payments.map((payment) => payment.paymentId));
    if (!page.nextCursor) return ids;
    after = `&after=${encodeURIComponent(page.nextCursor)}`;
  }
}

async function bothSides(stack: Stack, hubId: string) {
  const here = await operatorOf(stack.hub(hubId)).get('/api/ledger/summary', ledgerSummarySchema);
  const path = `/api/reconciliation?hub=${hubId}`;
  const there = await operatorOfCentral(stack).get(path, reconciliationSchema);
  return { here, there };
}
