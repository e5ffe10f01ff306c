import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  merchantShopsSchema,
  merchantStaffListSchema,
  merchantStaffSchema,
} from '../../shared/contracts/http-merchants.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { shopsOf, staffOf } from '../merchants/merchant-store.ts';
import { Onboarding } from '../merchants/onboarding.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const ofMerchant = { params: z.object({ merchantId: nameSchema }) };

export const merchantShopsRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/shops',
  summary: 'The merchant’s shops with their terminals, as the hubs have registered them',
  request: ofMerchant,
  responses: { ...jsonAnswer(merchantShopsSchema), ...problemAnswers(400) },
});

export const merchantStaffRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/staff',
  summary: 'Who may act for the merchant',
  request: ofMerchant,
  responses: { ...jsonAnswer(merchantStaffListSchema), ...problemAnswers(400) },
});

export const staffAddRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/staff',
  summary: 'Lets a person act for the merchant',
  request: { ...ofMerchant, ...jsonBody(merchantStaffSchema) },
  responses: { ...jsonAnswer(merchantStaffListSchema), ...problemAnswers(400, 404) },
});

export const staffRemoveRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/staff/remove',
  summary: 'Takes a person off the merchant',
  request: { ...ofMerchant, ...jsonBody(merchantStaffSchema.pick({ subject: true })) },
  responses: { ...jsonAnswer(merchantStaffListSchema), ...problemAnswers(400, 404) },
});

export const MERCHANT_STAFF_ROUTES = [
  merchantShopsRoute,
  merchantStaffRoute,
  staffAddRoute,
  staffRemoveRoute,
];

/** A merchant's shops, and who may act for it. */
export function addMerchantStaffRoutes(app: OpenAPIHono, { database, clock }: HttpContext): void {
  const onboarding = new Onboarding({ database, clock });

  app.openapi(merchantShopsRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    return request.json({ shops: await shopsOf(database.db, merchantId) }, 200);
  });

  app.openapi(merchantStaffRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    return request.json({ staff: await staffOf(database.db, merchantId) }, 200);
  });

  app.openapi(staffAddRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const person = request.req.valid('json');
    const outcome = await onboarding.addStaff(merchantId, person, principalOf(request));
    if (!outcome.ok) return refuse(request, outcome.error);
    return request.json({ staff: await staffOf(database.db, merchantId) }, 200);
  });

  app.openapi(staffRemoveRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const { subject } = request.req.valid('json');
    const outcome = await onboarding.removeStaff(merchantId, subject, principalOf(request));
    if (!outcome.ok) return refuse(request, outcome.error);
    return request.json({ staff: await staffOf(database.db, merchantId) }, 200);
  });
}
