import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  challengerImportSchema,
  challengerListSchema,
  challengerPromotionSchema,
  challengerTestSchema,
} from '../../shared/contracts/http-challengers.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import type { ChallengerFailure } from '../standing/challenger-desk.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { type ProblemCode, refuse } from './problem.ts';

const ofChallenger = { params: z.object({ challengerId: uuidSchema }) };
const listAnswer = jsonAnswer(challengerListSchema);

export const challengerListRoute = createRoute({
  method: 'get',
  path: '/api/standing/challengers',
  summary: 'The model in force, its challengers, and how they compare',
  responses: listAnswer,
});

export const challengerImportRoute = createRoute({
  method: 'post',
  path: '/api/standing/challengers',
  summary: 'Takes an ONNX model into the shadow of the model in force; it decides nothing',
  request: jsonBody(challengerImportSchema),
  responses: { ...listAnswer, ...problemAnswers(400, 409) },
});

export const challengerCompareRoute = createRoute({
  method: 'post',
  path: '/api/standing/challengers/{challengerId}/comparisons',
  summary: 'Compares a challenger with the model in force on companies of a later time',
  request: { ...ofChallenger, ...jsonBody(challengerTestSchema) },
  responses: { ...listAnswer, ...problemAnswers(400, 404, 409) },
});

export const challengerPromoteRoute = createRoute({
  method: 'post',
  path: '/api/standing/challengers/{challengerId}/promote',
  summary: 'Another person than who imported it takes a challenger into force',
  request: { ...ofChallenger, ...jsonBody(challengerPromotionSchema) },
  responses: { ...listAnswer, ...problemAnswers(400, 404, 409) },
});

export const CHALLENGER_ROUTES = [
  challengerListRoute,
  challengerImportRoute,
  challengerCompareRoute,
  challengerPromoteRoute,
];

/** Models of others beside the score in force. */
export function addChallengerRoutes(app: OpenAPIHono, { challengers }: HttpContext): void {
  const answer = async (request: Context, outcome: Result<unknown, ChallengerFailure>) => {
    if (!outcome.ok) return refuse(request, PROBLEMS[outcome.error], outcome.error);
    return challengers.list(principalOf(request));
  };

  app.openapi(challengerListRoute, async (request) =>
    request.json(await challengers.list(principalOf(request)), 200),
  );

  app.openapi(challengerImportRoute, async (request) => {
    const given = request.req.valid('json');
    const outcome = await challengers.importChallenger(given, principalOf(request));
    return request.json(await answer(request, outcome), 200);
  });

  app.openapi(challengerCompareRoute, async (request) => {
    const { challengerId } = request.req.valid('param');
    const test = request.req.valid('json');
    const outcome = await challengers.compare(challengerId, test, principalOf(request));
    return request.json(await answer(request, outcome), 200);
  });

  app.openapi(challengerPromoteRoute, async (request) => {
    const { challengerId } = request.req.valid('param');
    const promotion = request.req.valid('json');
    const outcome = await challengers.promote(challengerId, promotion, principalOf(request));
    return request.json(await answer(request, outcome), 200);
  });
}

const PROBLEMS: Record<ChallengerFailure, ProblemCode> = {
  not_onnx: 'invalid_request',
  too_large: 'invalid_request',
  unsupported_opset: 'invalid_request',
  unsupported_operator: 'invalid_request',
  unknown_input: 'invalid_request',
  wrong_input: 'invalid_request',
  wrong_output: 'invalid_request',
  does_not_run: 'invalid_request',
  out_of_range: 'invalid_request',
  sensitive_feature: 'invalid_request',
  invalid_file: 'invalid_request',
  too_few: 'invalid_request',
  no_model: 'conflict',
  own_work: 'forbidden',
  not_compared: 'conflict',
  too_many_inputs: 'conflict',
  not_found: 'not_found',
  conflict: 'conflict',
};
