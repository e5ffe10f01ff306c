import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type ResyncState, resyncSchema } from '../../shared/contracts/http-central.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import { readPosition } from '../intake/intake-store.ts';
import { askForResync, findResync } from '../intake/resync-store.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const request = { params: z.object({ hubId: nameSchema }) };
const responses = { ...jsonAnswer(resyncSchema), ...problemAnswers(404) };

const resyncRoute = createRoute({
  method: 'get',
  path: '/api/hubs/{hubId}/resync',
  summary: 'The last time that a hub’s events were fetched from its ledger instead of its stream',
  request,
  responses,
});

const askResyncRoute = createRoute({
  method: 'post',
  path: '/api/hubs/{hubId}/resync',
  summary: 'Fetches what a hub’s ledger has and central has not, as soon as the hub answers',
  request,
  responses,
});

export const RESYNC_ROUTES = [resyncRoute, askResyncRoute];

/** Resynchronisation from a hub's ledger: asked for here, done by whichever central owns the hub. */
export function addResyncRoutes(app: OpenAPIHono, { database, clock }: HttpContext): void {
  const stateOf = async (hubId: string): Promise<ResyncState | undefined> => {
    const row = await findResync(database.db, hubId);
    const position = await readPosition(database.db, hubId);
    if (!row || !position) return undefined;
    const { reason, fromSeq, askedAt, doneAt, toSeq } = row;
    return {
      hubId,
      reason,
      askedAt: askedAt.toISOString(),
      fromSeq,
      bookedSeq: position.chain.seq,
      done: doneAt === null || toSeq === null ? null : { at: doneAt.toISOString(), toSeq },
    };
  };

  app.openapi(resyncRoute, async (call) => {
    const state = await stateOf(call.req.valid('param').hubId);
    return state ? call.json(state, 200) : refuse(call, 'not_found', 'resync');
  });
  app.openapi(askResyncRoute, async (call) => {
    const { hubId } = call.req.valid('param');
    const at = new Date(clock.now());
    const isKnown = await database.transact(async (tx) => {
      const position = await readPosition(tx, hubId);
      if (!position) return false;
      await askForResync(tx, hubId, { reason: 'command', fromSeq: position.chain.seq, at });
      return true;
    });
    if (!isKnown) return refuse(call, 'not_found', 'hub');
    const state = await stateOf(hubId);
    return state ? call.json(state, 200) : refuse(call, 'not_found', 'resync');
  });
}
