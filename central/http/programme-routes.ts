import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  outcomeSchema,
  type Programme,
  type ProgrammeRun,
  previewSchema,
  programmeApprovalSchema,
  programmeEffectSchema,
  programmeListSchema,
  programmeLogSchema,
  programmeRulesSchema,
  programmeRunRequestSchema,
  programmeRunSchema,
  programmeSchema,
  programmeWritingSchema,
} from '../../shared/contracts/http-programmes.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { effectOf } from '../programmes/effect.ts';
import type { ProgrammeFailure } from '../programmes/programme-desk.ts';
import { companyNames, listProgrammes } from '../programmes/programme-store.ts';
import { programmeView, runLog, runView } from '../programmes/programme-view.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { type ProblemCode, refuse } from './problem.ts';

const SHOWN_PROGRAMMES = 100;
const ofProgramme = { params: z.object({ programmeId: uuidSchema }) };
const ofRun = { params: z.object({ runId: uuidSchema }) };
const runAnswers = { ...jsonAnswer(programmeRunSchema), ...problemAnswers(400, 404, 409) };

export const programmeListRoute = createRoute({
  method: 'get',
  path: '/api/programmes',
  summary: 'Programmes and their runs, newest first',
  responses: jsonAnswer(programmeListSchema),
});

export const programmeWriteRoute = createRoute({
  method: 'post',
  path: '/api/programmes',
  summary: 'Keeps a programme’s rules, which do not change afterwards',
  request: jsonBody(programmeWritingSchema),
  responses: { ...jsonAnswer(programmeSchema), ...problemAnswers(400, 409) },
});

export const programmePreviewRoute = createRoute({
  method: 'post',
  path: '/api/programmes/preview',
  summary: 'What rules would say of the companies of now; nothing is kept',
  request: jsonBody(programmeRulesSchema),
  responses: { ...jsonAnswer(previewSchema), ...problemAnswers(400) },
});

export const programmeRunRoute = createRoute({
  method: 'post',
  path: '/api/programmes/{programmeId}/runs',
  summary: 'Ranks the companies and keeps everything that was looked at',
  request: { ...ofProgramme, ...jsonBody(programmeRunRequestSchema) },
  responses: runAnswers,
});

export const programmeRunViewRoute = createRoute({
  method: 'get',
  path: '/api/programme-runs/{runId}',
  summary: 'A run: what it looked at, its list, whether that is reproduced, awards and outcomes',
  request: ofRun,
  responses: { ...jsonAnswer(programmeRunSchema), ...problemAnswers(400, 404) },
});

export const programmeLogRoute = createRoute({
  method: 'get',
  path: '/api/programme-runs/{runId}/log',
  summary: 'A run as a file to keep: rules, what it looked at, its list, and who did what',
  request: ofRun,
  responses: { ...jsonAnswer(programmeLogSchema), ...problemAnswers(400, 404) },
});

export const programmeEffectRoute = createRoute({
  method: 'get',
  path: '/api/programme-runs/{runId}/effect',
  summary: 'What an approved run has changed, against eligible companies that were not awarded',
  request: ofRun,
  responses: { ...jsonAnswer(programmeEffectSchema), ...problemAnswers(400, 404) },
});

export const programmeApproveRoute = createRoute({
  method: 'post',
  path: '/api/programme-runs/{runId}/approve',
  summary: 'Another person approves a run; its subsidies are owed from then on',
  request: { ...ofRun, ...jsonBody(programmeApprovalSchema) },
  responses: runAnswers,
});

export const programmeOutcomeRoute = createRoute({
  method: 'post',
  path: '/api/programme-runs/{runId}/outcomes',
  summary: 'What became of a company that was awarded',
  request: { ...ofRun, ...jsonBody(outcomeSchema) },
  responses: { ...jsonAnswer(recordedSchema), ...problemAnswers(400, 404, 409) },
});

export const PROGRAMME_ROUTES = [
  programmeListRoute,
  programmeWriteRoute,
  programmePreviewRoute,
  programmeRunRoute,
  programmeRunViewRoute,
  programmeLogRoute,
  programmeEffectRoute,
  programmeApproveRoute,
  programmeOutcomeRoute,
];

/** Programmes of the bureau. */
export function addProgrammeRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, programmes, clock } = context;
  const detail = async (request: Context, runId: string): Promise<ProgrammeRun> => {
    const { subject } = principalOf(request);
    const run = await database.snapshot((tx) => runView(tx, runId, subject));
    return run ?? refuse(request, 'not_found', 'run');
  };

  app.openapi(programmeListRoute, async (request) => {
    const listed = await database.snapshot(async (tx) => {
      const rows = await listProgrammes(tx, SHOWN_PROGRAMMES);
      const views: Programme[] = [];
      for (const row of rows) views.push(await programmeView(tx, row));
      return views;
    });
    return request.json({ programmes: listed }, 200);
  });

  app.openapi(programmeWriteRoute, async (request) => {
    const written = await programmes.write(request.req.valid('json'), principalOf(request));
    return request.json(await programmeView(database.db, valueOf(request, written)), 200);
  });

  app.openapi(programmePreviewRoute, async (request) => {
    const preview = await programmes.preview(request.req.valid('json'));
    const ids = preview.ranked.map(({ merchantId }) => merchantId);
    return request.json({ ...preview, companies: await companyNames(database.db, ids) }, 200);
  });

  app.openapi(programmeRunRoute, async (request) => {
    const { programmeId } = request.req.valid('param');
    const { runId } = request.req.valid('json');
    valueOf(request, await programmes.run(programmeId, runId, principalOf(request)));
    return request.json(await detail(request, runId), 200);
  });

  app.openapi(programmeRunViewRoute, async (request) =>
    request.json(await detail(request, request.req.valid('param').runId), 200),
  );

  app.openapi(programmeLogRoute, async (request) => {
    const { runId } = request.req.valid('param');
    const log = await database.snapshot((tx) => runLog(tx, runId));
    if (!log) return refuse(request, 'not_found', 'run');
    return request.json(log, 200, {
      'content-disposition': `attachment; filename="programme-run-${runId}.json"`,
    });
  });

  app.openapi(programmeEffectRoute, async (request) => {
    const { runId } = request.req.valid('param');
    const effect = await database.snapshot((tx) => effectOf(tx, runId, clock.now()));
    return request.json(effect ?? refuse(request, 'not_found', 'run'), 200);
  });

  app.openapi(programmeApproveRoute, async (request) => {
    const { runId } = request.req.valid('param');
    const { note } = request.req.valid('json');
    valueOf(request, await programmes.approve(runId, note, principalOf(request)));
    return request.json(await detail(request, runId), 200);
  });

  app.openapi(programmeOutcomeRoute, async (request) => {
    const { runId } = request.req.valid('param');
    const told = request.req.valid('json');
    const isNew = valueOf(request, await programmes.tellOutcome(runId, told, principalOf(request)));
    return request.json({ recorded: isNew ? 1 : 0 }, 200);
  });
}

const PROBLEMS: Record<ProgrammeFailure, ProblemCode> = {
  not_found: 'not_found',
  own_work: 'forbidden',
  not_running: 'conflict',
  conflict: 'conflict',
};

function valueOf<T>(request: Context, outcome: Result<T, ProgrammeFailure>): T {
  if (outcome.ok) return outcome.value;
  return refuse(request, PROBLEMS[outcome.error], outcome.error);
}
