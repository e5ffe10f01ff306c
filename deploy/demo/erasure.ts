import { shopperEnrolmentsSchema } from '../../shared/contracts/http-central.ts';
import type { Stack } from '../stack/stack.ts';
import { operatorOfCentral } from './audit.ts';
import { operatorOf } from './counter.ts';
import type { Played } from './play.ts';
import type { DemoSummary } from './summary.ts';
import { until } from './until.ts';

/**
 * One person takes their consent back, at the first street, and then looks at a camera of another street.
 *
 * @param lookAgain plays a look of that person
 */
export async function eraseAndLook(
  stack: Stack,
  shopperId: string,
  lookAgain: () => Promise<Played>,
): Promise<DemoSummary['erasure']> {
  const [first] = stack.hubs;
  if (!first) return { hubs: 0, receipts: 0, paidAfter: false };
  await operatorOf(first).erase(shopperId);
  let receipts = 0;
  const path = `/api/shoppers/${shopperId}/enrolments`;
  await until('every hub has confirmed the erasure', async () => {
    const record = await operatorOfCentral(stack).get(path, shopperEnrolmentsSchema);
    receipts = (record.erasure?.receipts ?? []).filter(
      (receipt) => receipt.erasedAt !== null,
    ).length;
    return record.state === 'erased';
  });
  const { paid } = await lookAgain();
  return { hubs: stack.hubs.length, receipts, paidAfter: paid };
}
