import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  hubPart,
  parseReference,
  type ReceiptCheck,
  receiptCheckSchema,
  receiptInput,
  referenceText,
} from '../../shared/contracts/receipt.ts';
import { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import type { HttpContext } from '../context.ts';
import type { Executor } from '../db/database.ts';
import { listHubs } from '../enrolment/hub-store.ts';
import { readEpochs } from '../intake/epoch-store.ts';
import { findStanding } from '../ledger/move-store.ts';
import {
  type BookedRow,
  type InboxRow,
  readBooked,
  readBookedDiscounts,
  readInbox,
} from '../verification/book-reader-store.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

/** Looks at receipts, for all callers together: a check of 40 bits is not for guessing. */
const RECEIPT_CHECKS = { perSecond: 20, burst: 100 };
/** References of before the chained check ended in so many characters. */
const OLD_CHECK = /-[0-9A-Z]{4}$/;

export const receiptRoute = createRoute({
  method: 'get',
  path: '/api/receipts/{reference}',
  summary: 'Whether a receipt is genuine, and what it is of; nobody is named',
  request: { params: z.object({ reference: z.string().max(80) }) },
  responses: { ...jsonAnswer(receiptCheckSchema), ...problemAnswers(400, 404, 429) },
});

/** Receipts of every street. */
export function addReceiptRoutes(app: OpenAPIHono, { database, clock }: HttpContext): void {
  const looks = new RateLimiter(RECEIPT_CHECKS, clock);
  app.openapi(receiptRoute, async (request) => {
    if (!looks.take('receipts')) return refuse(request, 'rate_limited');
    const { reference } = request.req.valid('param');
    const receipt = await database.snapshot((tx) => checkReceipt(tx, reference));
    if (!receipt) return refuse(request, 'not_found', 'receipt');
    return request.json(receipt, 200);
  });
}

/** @returns undefined where the books do not bear it out */
async function checkReceipt(tx: Executor, text: string): Promise<ReceiptCheck | undefined> {
  const parsed = parseReference(text);
  if (!parsed) return undefined;
  const { seq, reference } = parsed;
  const hub = (await listHubs(tx)).find((each) => hubPart(each.hubId) === parsed.hub);
  if (!hub) return undefined;
  const { hubId } = hub;
  const found = await moveWithReference(tx, hubId, { seq, reference });
  if (!found) return undefined;
  const { event, move } = found;
  const input = receiptInput({ ...move, hubId, seq, prevHash: event.prevHash });
  const digest = createHash('sha256').update(input).digest();
  const isChained = referenceText({ hubId, seq }, digest) === reference;
  const standing = await findStanding(tx, hubId, move.paymentId);
  if (!standing || !(isChained || OLD_CHECK.test(reference))) return undefined;
  // a discount's event follows the move's
  const next = event.seq + 1;
  const [discount] = await readBookedDiscounts(tx, hubId, { fromSeq: next, toSeq: next });
  const isOfMove = discount?.paymentId === move.paymentId;
  return receiptCheckSchema.parse({
    reference,
    kind: move.kind,
    amountMinor: move.amountMinor.toString(),
    currency: move.currency,
    discountMinor: isOfMove ? discount.amountMinor.toString() : undefined,
    at: move.movedAt,
    hubId,
    shopId: move.shopId,
    state: standing.state,
    proof: isChained ? 'chain' : 'books',
  });
}

/** Two lives of a hub may have used the sequence. */
async function moveWithReference(
  tx: Executor,
  hubId: string,
  of: { readonly seq: number; readonly reference: string },
): Promise<{ event: InboxRow; move: BookedRow } | undefined> {
  const epochs = await readEpochs(tx, hubId);
  for (const place of epochs.placesOf(of.seq)) {
    const [event] = await readInbox(tx, hubId, { afterSeq: place - 1, limit: 1 });
    const [move] = await readBooked(tx, hubId, { fromSeq: place, toSeq: place });
    if (event?.seq === place && move?.reference === of.reference) return { event, move };
  }
  return undefined;
}
