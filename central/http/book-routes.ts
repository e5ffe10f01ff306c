import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { reconciliationSchema, trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { currencySchema, nameSchema } from '../../shared/contracts/primitives.ts';
import type { CentralContext } from '../context.ts';
import { listHubs } from '../enrolment/hub-store.ts';
import { accountBalances, currencyTotals, hubTotals } from '../ledger/ledger-store.ts';
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

/** What the books say, in total and hub by hub. */
export function addBookRoutes(app: OpenAPIHono, { database }: CentralContext): void {
  app.openapi(trialBalanceRoute, async (request) => {
    const { currency } = request.req.valid('query');
    const accounts = await accountBalances(database.db, currency);
    const captured = await currencyTotals(database.db, currency);
    const debit = sum(accounts.map((account) => account.debitMinor));
    const credit = sum(accounts.map((account) => account.creditMinor));
    return request.json(
      {
        currency,
        // a posting has both sides, so equal sides prove little; that they are the payments' sum does
        balanced: debit === credit && debit === captured.sumMinor,
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
        lastSeq: hub.watermarkSeq,
        lastHash: hub.watermarkHash,
      },
      200,
    );
  });
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
