import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Panel, panelNameSchema, panelSchema } from '../../shared/contracts/http-insight.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import type { PanelQuestion } from '../insight/service/insight-messages.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

export const merchantPanelRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/insight/{panel}',
  summary: 'What a merchant’s sales and customers say: numbers, and a sentence of what they mean',
  request: { params: z.object({ merchantId: nameSchema, panel: panelNameSchema }) },
  responses: { ...jsonAnswer(panelSchema), ...problemAnswers(400, 404, 429, 503) },
});

export const cityPanelRoute = createRoute({
  method: 'get',
  path: '/api/insight/{panel}',
  summary: 'The same of the whole city: cells of fewer than ten people are left out',
  request: { params: z.object({ panel: panelNameSchema }) },
  responses: { ...jsonAnswer(panelSchema), ...problemAnswers(400, 429, 503) },
});

/** Panels of sales and customers, of one merchant or of the whole city. */
export function addInsightRoutes(app: OpenAPIHono, { insight }: HttpContext): void {
  const ask = async (request: Context, question: PanelQuestion): Promise<Panel> => {
    if (!insight) return refuse(request, 'unavailable', 'switched off');
    const answer = await insight.ask(question);
    if (answer.ok) return answer.value;
    return refuse(request, answer.error === 'busy' ? 'rate_limited' : 'unavailable');
  };

  app.openapi(merchantPanelRoute, async (request) => {
    const { merchantId, panel } = request.req.valid('param');
    const scope = { kind: 'merchant', merchantId } as const;
    return request.json(await ask(request, { panel, scope }), 200);
  });

  app.openapi(cityPanelRoute, async (request) => {
    const { panel } = request.req.valid('param');
    return request.json(await ask(request, { panel, scope: { kind: 'city' } }), 200);
  });
}
