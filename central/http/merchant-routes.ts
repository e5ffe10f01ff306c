import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  accountProposalSchema,
  accountReviewSchema,
  merchantApplicationSchema,
  merchantFeeSchema,
  merchantListSchema,
  merchantReviewSchema,
  merchantSchema,
  merchantStateSchema,
} from '../../shared/contracts/http-merchants.ts';
import { nameSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { merchantScope, principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { dayOf } from '../merchants/china-time.ts';
import { findMerchant, listMerchants } from '../merchants/merchant-store.ts';
import { merchantView } from '../merchants/merchant-view.ts';
import { Onboarding, type OnboardingFailure } from '../merchants/onboarding.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const ofMerchant = { params: z.object({ merchantId: nameSchema }) };
const merchantAnswers = { ...jsonAnswer(merchantSchema), ...problemAnswers(400, 404, 409) };

export const merchantListRoute = createRoute({
  method: 'get',
  path: '/api/merchants',
  summary: 'Merchants by id: one’s own, or all of the city’s',
  request: {
    query: z.object({
      state: merchantStateSchema.optional(),
      after: nameSchema.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
  },
  responses: { ...jsonAnswer(merchantListSchema), ...problemAnswers(400) },
});

export const merchantApplyRoute = createRoute({
  method: 'post',
  path: '/api/merchants',
  summary: 'A company applies; the same application again is the same',
  request: jsonBody(merchantApplicationSchema),
  responses: { ...jsonAnswer(merchantSchema), ...problemAnswers(400, 409) },
});

export const merchantRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}',
  summary: 'One merchant; bank accounts by their last four places, and not for cashiers',
  request: ofMerchant,
  responses: { ...jsonAnswer(merchantSchema), ...problemAnswers(400, 404) },
});

export const merchantReviewRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/review',
  summary: 'The administration approves, rejects or suspends',
  request: { ...ofMerchant, ...jsonBody(merchantReviewSchema) },
  responses: merchantAnswers,
});

export const accountProposeRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/accounts',
  summary: 'Proposes another bank account, which counts once it is approved',
  request: { ...ofMerchant, ...jsonBody(accountProposalSchema) },
  responses: merchantAnswers,
});

export const accountReviewRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/accounts/{accountId}/review',
  summary: 'Approves a bank account or turns it down',
  request: {
    params: z.object({ merchantId: nameSchema, accountId: uuidSchema }),
    ...jsonBody(accountReviewSchema),
  },
  responses: merchantAnswers,
});

export const merchantFeeRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/fees',
  summary: 'Sets what the city keeps of the takings, from a day on',
  request: { ...ofMerchant, ...jsonBody(merchantFeeSchema) },
  responses: merchantAnswers,
});

export const MERCHANT_ROUTES = [
  merchantListRoute,
  merchantApplyRoute,
  merchantRoute,
  merchantReviewRoute,
  accountProposeRoute,
  accountReviewRoute,
  merchantFeeRoute,
];

/** Merchants: onboarding, review, accounts and fees. */
export function addMerchantRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, clock } = context;
  const onboarding = new Onboarding({ database, clock });
  const today = (): string => dayOf(clock.now());

  /** The merchant after an act, or the act's refusal. */
  const answer = async (
    request: Context,
    merchantId: string,
    outcome: Result<null, OnboardingFailure>,
  ) => {
    if (!outcome.ok) return refuse(request, outcome.error, merchantId);
    const record = await findMerchant(database.db, merchantId, today());
    if (!record) return refuse(request, 'not_found', 'merchant');
    return merchantView(record, principalOf(request));
  };

  app.openapi(merchantListRoute, async (request) => {
    const { state, after, limit } = request.req.valid('query');
    const principal = principalOf(request);
    const rows = await listMerchants(database.db, {
      scope: merchantScope(principal),
      limit: limit + 1,
      today: today(),
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { after }),
    });
    const page = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? (page.at(-1)?.merchantId ?? null) : null;
    const merchants = page.map((row) => merchantView(row, principal));
    return request.json({ merchants, nextCursor }, 200);
  });

  app.openapi(merchantApplyRoute, async (request) => {
    const application = request.req.valid('json');
    const outcome = await onboarding.apply(application, principalOf(request));
    return request.json(await answer(request, application.merchantId, outcome), 200);
  });

  app.openapi(merchantRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    return request.json(await answer(request, merchantId, { ok: true, value: null }), 200);
  });

  app.openapi(merchantReviewRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const review = request.req.valid('json');
    const outcome = await onboarding.review(merchantId, review, principalOf(request));
    return request.json(await answer(request, merchantId, outcome), 200);
  });

  app.openapi(accountProposeRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const account = request.req.valid('json');
    const outcome = await onboarding.proposeAccount(merchantId, account, principalOf(request));
    return request.json(await answer(request, merchantId, outcome), 200);
  });

  app.openapi(accountReviewRoute, async (request) => {
    const decision = { ...request.req.valid('param'), ...request.req.valid('json') };
    const outcome = await onboarding.decideAccount(decision, principalOf(request));
    return request.json(await answer(request, decision.merchantId, outcome), 200);
  });

  app.openapi(merchantFeeRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const fee = request.req.valid('json');
    const outcome = await onboarding.setFee(merchantId, fee, principalOf(request));
    return request.json(await answer(request, merchantId, outcome), 200);
  });
}
