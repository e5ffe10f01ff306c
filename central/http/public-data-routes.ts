import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { publicVisitorsSchema } from '../../shared/contracts/http-insight.ts';
import type { HttpContext } from '../context.ts';
import { listReleases } from '../insight/publication/release-store.ts';
import { STREETS_A_VISITOR, VISITORS } from '../insight/publication/visitor-publication.ts';
import { jsonAnswer } from './answers.ts';

export const publicVisitorsRoute = createRoute({
  method: 'get',
  path: '/api/public/visitors',
  summary:
    'Visitors of every street by week, for everybody: differentially private, with the ledger of what privacy was spent',
  responses: jsonAnswer(publicVisitorsSchema),
});

/** What the city publishes. */
export function addPublicDataRoutes(app: OpenAPIHono, { database }: HttpContext): void {
  app.openapi(publicVisitorsRoute, async (request) => {
    const releases = await listReleases(database.db, VISITORS);
    const spentMilli = releases.reduce((sum, { epsilonMilli }) => sum + epsilonMilli, 0);
    return request.json(
      {
        dataset: VISITORS,
        mechanism: 'discrete-laplace' as const,
        streetsAVisitor: STREETS_A_VISITOR,
        epsilonSpent: spentMilli / 1_000,
        releases: releases.map(({ week, epsilonMilli, streets, releasedAt }) => ({
          week,
          epsilon: epsilonMilli / 1_000,
          streets: [...streets],
          releasedAt: releasedAt.toISOString(),
        })),
      },
      200,
    );
  });
}
