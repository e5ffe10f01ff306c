import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  pairedPhoneSchema,
  pairPhoneSchema,
  phoneLinkSchema,
  removedPhoneSchema,
} from '../../shared/contracts/http-phones.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import type { HttpContext } from '../context.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

/** Phones paired, for all callers together: nobody guesses 256 bits, but each try is a transaction. */
const PAIRINGS = { perSecond: 10, burst: 50 };

const params = z.object({ shopperId: uuidSchema });

export const pairPhoneRoute = createRoute({
  method: 'post',
  path: '/api/phones',
  summary: 'Makes the phone that has the link the shopper’s; the same phone again changes nothing',
  request: jsonBody(pairPhoneSchema),
  responses: { ...jsonAnswer(pairedPhoneSchema), ...problemAnswers(400, 404, 429) },
});

export const phoneLinkRoute = createRoute({
  method: 'post',
  path: '/api/shoppers/{shopperId}/phone-links',
  summary: 'A link for another phone of a shopper, good once and for half an hour',
  request: { params },
  responses: { ...jsonAnswer(phoneLinkSchema), ...problemAnswers(400, 404) },
});

export const removePhoneRoute = createRoute({
  method: 'delete',
  path: '/api/shoppers/{shopperId}/phone',
  summary: 'The codes of a shopper’s phone, lost for instance, are good no more',
  request: { params },
  responses: { ...jsonAnswer(removedPhoneSchema), ...problemAnswers(400) },
});

/** Phones whose codes pay. */
export function addPhoneRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, clock, phones, downlink } = context;
  const pairings = new RateLimiter(PAIRINGS, clock);
  app.openapi(pairPhoneRoute, async (request) => {
    if (!pairings.take('phones')) return refuse(request, 'rate_limited');
    const asked = request.req.valid('json');
    const paired = await database.transact((tx) => phones.pair(tx, asked));
    // which of the reasons it was is nobody's business who does not have the link
    if (!paired) return refuse(request, 'not_found', 'link');
    downlink.nudge(paired.nudges);
    const serverTime = new Date(clock.now()).toISOString();
    return request.json({ keyId: paired.keyId, serverTime }, 200);
  });
  app.openapi(phoneLinkRoute, async (request) => {
    const { shopperId } = request.req.valid('param');
    const link = await database.transact((tx) => phones.link(tx, shopperId));
    if (!link) return refuse(request, 'not_found', 'shopper');
    return request.json({ secret: link.secret, expiresAt: link.expiresAt.toISOString() }, 200);
  });
  app.openapi(removePhoneRoute, async (request) => {
    const { shopperId } = request.req.valid('param');
    const nudges = await database.transact((tx) => phones.remove(tx, shopperId));
    downlink.nudge(nudges ?? []);
    return request.json({ removed: nudges !== undefined }, 200);
  });
}
