import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  type CityHub,
  cityHubListSchema,
  cityStatusSchema,
} from '../../shared/contracts/http-central.ts';
import type { HttpContext } from '../context.ts';
import { type KnownHub, listHubs } from '../enrolment/hub-store.ts';
import type { ReaderStatus } from '../intake/stream-reader.ts';
import { hubTotals, type PaymentTotals } from '../ledger/ledger-store.ts';
import { jsonAnswer } from './answers.ts';

export const statusRoute = createRoute({
  method: 'get',
  path: '/api/status',
  summary: 'How central is doing',
  responses: jsonAnswer(cityStatusSchema),
});

export const hubsRoute = createRoute({
  method: 'get',
  path: '/api/hubs',
  summary: 'How far each hub’s events are read, and whether it answers',
  responses: jsonAnswer(cityHubListSchema),
});

/** How central and its hubs are doing. */
export function addStatusRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, isNatsUp, readers, clock, settings } = context;
  const startedMs = clock.monotonic();
  const statuses = (): Map<string, ReaderStatus> =>
    new Map(
      settings.hubs.flatMap((hubId, index) => {
        const reader = readers[index];
        return reader ? [[hubId, reader.status] as const] : [];
      }),
    );

  app.openapi(statusRoute, async (request) => {
    const all = [...statuses().values()];
    return request.json(
      {
        nats: isNatsUp() ? 'up' : 'down',
        database: (await database.isUp()) ? 'up' : 'down',
        hubs: {
          known: all.length,
          up: all.filter((status) => status.state === 'up').length,
          halted: all.filter((status) => status.halted).length,
        },
        uptimeMs: Math.round(clock.monotonic() - startedMs),
        staffSignIn: context.signIn !== undefined,
      },
      200,
    );
  });

  app.openapi(hubsRoute, async (request) => {
    const known = await listHubs(database.db);
    const current = statuses();
    const hubs = await Promise.all(
      known.map(async (hub) =>
        hubView(hub, current.get(hub.hubId), await hubTotals(database.db, hub.hubId)),
      ),
    );
    return request.json({ hubs }, 200);
  });
}

function hubView(hub: KnownHub, status: ReaderStatus | undefined, totals: PaymentTotals): CityHub {
  const seenMs = Math.max(status?.lastSeenAtMs ?? 0, hub.ackedAt?.getTime() ?? 0);
  const halted = status?.halted;
  return {
    hubId: hub.hubId,
    streetId: hub.streetId ?? hub.hubId,
    streetName: hub.streetName ?? '',
    state: status?.state ?? 'down',
    lastSeenAt: seenMs === 0 ? null : new Date(seenMs).toISOString(),
    watermarkSeq: hub.watermarkSeq,
    lag: status?.lag ?? null,
    halted: halted
      ? { code: halted.code, seq: halted.seq, since: new Date(halted.sinceMs).toISOString() }
      : null,
    downlink: { headSeq: hub.headSeq, ackedSeq: hub.ackedSeq },
    payments: totals.payments,
    sumMinor: totals.sumMinor.toString(),
  };
}
