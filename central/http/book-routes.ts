import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { reconciliationSchema, trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { ledgerVerdictSchema } from '../../shared/contracts/ledger-verdict.ts';
import { currencySchema, nameSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import { listHubs } from '../enrolment/hub-store.ts';
import { accountBalances, cityTotal, currencyTotals, hubTotals } from '../ledger/ledger-store.ts';
import { verifyBook } from '../verification/verify-book.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

export const trialBalanceRoute = createRoute({
  method: 'get',
  path: '/api/ledger/trial-balance',
  summary: 'Both sides of every account: merchants one by one, shoppers together',
  request: { query: z.object({ currency: currencySchema.default('CNY') }) },
  responses: { ...jsonAnswer(trialBalanceSchema), ...problemAnswers(400) },
});

export const reconciliationRoute = createRoute({
  method: 'get',
  path: '/api/reconciliation',
  summary: 'What central has of a hub’s payments, to hold against the hub’s own ledger summary',
  request: { query: z.object({ hub: nameSchema }) },
  responses: { ...jsonAnswer(reconciliationSchema), ...problemAnswers(400, 404) },
});

export const verifyRoute = createRoute({
  method: 'get',
  path: '/api/ledger/verify',
  summary:
    'Walks what central has of a hub: chain, events, booked rows, postings, in one snapshot. Takes a second for some ten thousand events',
  request: { query: z.object({ hub: nameSchema }) },
  responses: { ...jsonAnswer(ledgerVerdictSchema), ...problemAnswers(400, 404) },
});

/** What the books say, in total and hub by hub. */
export function addBookRoutes(app: OpenAPIHono, { database }: HttpContext): void {
  app.openapi(verifyRoute, async (request) => {
    const hubId = request.req.valid('query').hub;
    const isKnown = (await listHubs(database.db)).some((each) => each.hubId === hubId);
    if (!isKnown) return refuse(request, 'not_found', 'hub');
    return request.json(await database.snapshot((tx) => verifyBook(tx, hubId)), 200);
  });

  app.openapi(trialBalanceRoute, async (request) => {
    const { currency } = request.req.valid('query');
    const { accounts, moved, cityMinor } = await database.snapshot(async (tx) => ({
      accounts: await accountBalances(tx, currency),
      moved: await currencyTotals(tx, currency),
      cityMinor: await cityTotal(tx, currency),
    }));
    const movedMinor = moved.sumMinor + moved.refundedMinor + moved.reversedMinor + cityMinor;
    const debit = sum(accounts.map((account) => account.debitMinor));
    const credit = sum(accounts.map((account) => account.creditMinor));
    return request.json(
      {
        currency,
        // a posting has both sides, so equal sides prove little; that they are the sum of all moves does
        balanced: debit === credit && debit === movedMinor,
        accounts: accounts.map((account) => ({
          account: account.account,
          debitMinor: account.debitMinor.toString(),
          creditMinor: account.creditMinor.toString(),
        })),
        totals: { debitMinor: debit.toString(), creditMinor: credit.toString() },
      },
      200,
    );
  });

  app.openapi(reconciliationRoute, async (request) => {
    const hubId = request.req.valid('query').hub;
    const hub = (await listHubs(database.db)).find((each) => each.hubId === hubId);
    if (!hub) return refuse(request, 'not_found', 'hub');
    const totals = await hubTotals(database.db, hubId);
    return request.json(
      {
        hubId,
        rows: totals.payments,
        sumMinor: totals.sumMinor.toString(),
        refunds: totals.refunds,
        refundedMinor: totals.refundedMinor.toString(),
        reversals: totals.reversals,
        reversedMinor: totals.reversedMinor.toString(),
        lastSeq: hub.hubSeq,
        lastHash: hub.watermarkHash,
      },
      200,
    );
  });
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
