import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type ShopperEnrolments,
  shopperEnrolmentsSchema,
} from '../../shared/contracts/http-central.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import { findShopper, type ShopperRecord } from '../enrolment/enrolment-store.ts';
import { listHubs } from '../enrolment/hub-store.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

export const shopperRoute = createRoute({
  method: 'get',
  path: '/api/shoppers/{shopperId}/enrolments',
  summary: 'Where a person is enrolled, and who has confirmed their erasure',
  request: { params: z.object({ shopperId: uuidSchema }) },
  responses: { ...jsonAnswer(shopperEnrolmentsSchema), ...problemAnswers(400, 404) },
});

/** What names a shopper: for operators only. */
export function addShopperRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database } = context;
  app.openapi(shopperRoute, async (request) => {
    const { shopperId } = request.req.valid('param');
    const record = await findShopper(database.db, shopperId);
    if (!record) return refuse(request, 'not_found', 'shopper');
    const hubs = await listHubs(database.db);
    const acked = new Map(hubs.map((hub) => [hub.hubId, hub.ackedSeq]));
    return request.json(shopperView(shopperId, record, acked), 200);
  });
}

function shopperView(
  shopperId: string,
  { enrolments, replicas, erasure }: ShopperRecord,
  acked: ReadonlyMap<string, number>,
): ShopperEnrolments {
  return {
    shopperId,
    state: stateOf(erasure),
    enrolments: enrolments.map((each) => ({
      hubId: each.hubId,
      streetId: each.streetId ?? each.hubId,
      packId: each.packId,
      consent: {
        textVersion: each.textVersion,
        language: each.language,
        givenAt: each.givenAt.toISOString(),
        streets: [...each.streets],
      },
    })),
    replicas: replicas.map((each) => ({
      hubId: each.hubId,
      streetId: each.streetId ?? each.hubId,
      packId: each.packId,
      delivered: (acked.get(each.hubId) ?? 0) >= each.downlinkSeq,
    })),
    erasure: erasure
      ? {
          requestedAt: erasure.requestedAt.toISOString(),
          receipts: erasure.receipts.map((receipt) => ({
            hubId: receipt.hubId,
            erasedAt: receipt.erasedAt?.toISOString() ?? null,
            templatesRemoved: receipt.templatesRemoved,
          })),
        }
      : null,
  };
}

/** Erased everywhere once every hub that was told has said so, signed. */
function stateOf(erasure: ShopperRecord['erasure']): ShopperEnrolments['state'] {
  if (!erasure) return 'enrolled';
  return erasure.receipts.every((receipt) => receipt.erasedAt) ? 'erased' : 'erasing';
}
