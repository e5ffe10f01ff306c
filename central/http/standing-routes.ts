import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  appealDecisionSchema,
  appealListSchema,
  importedModelSchema,
  type StandingScore,
  standingAppealSchema,
  standingCompaniesSchema,
  standingConsentSchema,
  standingImportedSchema,
  standingImportSchema,
  standingModelSchema,
  standingRequestSchema,
  standingSchema,
  standingScoreSchema,
} from '../../shared/contracts/http-standing.ts';
import { nameSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import type { StandingFailure } from '../standing/standing-desk.ts';
import {
  appealedScores,
  lastConsent,
  type ScoreRecord,
  scoresOfMerchant,
  willingCompanies,
} from '../standing/standing-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { type ProblemCode, refuse } from './problem.ts';

const SHOWN_SCORES = 20;
const MOST_APPEALS = 200;
const MOST_COMPANIES = 2_000;
const ofMerchant = { params: z.object({ merchantId: nameSchema }) };
const scoreAnswers = { ...jsonAnswer(standingScoreSchema), ...problemAnswers(400, 404, 409) };

export const standingRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/standing',
  summary: 'Whether a company has consented to be scored, and its scores with their reasons',
  request: ofMerchant,
  responses: { ...jsonAnswer(standingSchema), ...problemAnswers(400, 404) },
});

export const standingConsentRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/standing/consent',
  summary: 'The company agrees to be scored, or no longer; then its inputs are deleted',
  request: { ...ofMerchant, ...jsonBody(standingConsentSchema) },
  responses: { ...jsonAnswer(standingSchema), ...problemAnswers(400, 404, 409) },
});

export const standingScoreRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/standing/scores',
  summary: 'Scores a company that has consented; refused where too little is known',
  request: { ...ofMerchant, ...jsonBody(standingRequestSchema) },
  responses: scoreAnswers,
});

export const standingAppealRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/standing/appeals',
  summary: 'The company does not agree with a score; a person will decide',
  request: { ...ofMerchant, ...jsonBody(standingAppealSchema) },
  responses: scoreAnswers,
});

export const standingModelRoute = createRoute({
  method: 'post',
  path: '/api/standing/models',
  summary: 'Takes a scorecard into force, as `wuma evaluate credit --save` writes it',
  request: jsonBody(standingModelSchema),
  responses: { ...jsonAnswer(importedModelSchema), ...problemAnswers(400, 409) },
});

export const standingInputsRoute = createRoute({
  method: 'post',
  path: '/api/standing/inputs',
  summary:
    'What registry, tax office, utilities or courts know of companies that have consented; rows or CSV',
  request: jsonBody(standingImportSchema),
  responses: { ...jsonAnswer(standingImportedSchema), ...problemAnswers(400) },
});

export const appealListRoute = createRoute({
  method: 'get',
  path: '/api/standing/appeals',
  summary: 'Scores whose appeal waits for a person, or was decided by one',
  request: { query: z.object({ state: z.enum(['open', 'decided']).default('open') }) },
  responses: { ...jsonAnswer(appealListSchema), ...problemAnswers(400) },
});

export const standingCompaniesRoute = createRoute({
  method: 'get',
  path: '/api/standing/companies',
  summary: 'Companies that have agreed to be scored, with what was last said of them',
  responses: jsonAnswer(standingCompaniesSchema),
});

export const appealDecideRoute = createRoute({
  method: 'post',
  path: '/api/standing/appeals/{appealId}/decide',
  summary: 'A person decides an appeal; their grade stands above the score’s',
  request: { params: z.object({ appealId: uuidSchema }), ...jsonBody(appealDecisionSchema) },
  responses: scoreAnswers,
});

export const STANDING_ROUTES = [
  standingRoute,
  standingConsentRoute,
  standingScoreRoute,
  standingAppealRoute,
  standingModelRoute,
  standingInputsRoute,
  appealListRoute,
  appealDecideRoute,
  standingCompaniesRoute,
];

/** Financial standing of companies. */
export function addStandingRoutes(app: OpenAPIHono, { database, standing }: HttpContext): void {
  const standingOf = async (merchantId: string) => {
    const consent = await lastConsent(database.db, merchantId);
    const scores = await scoresOfMerchant(database.db, merchantId, SHOWN_SCORES);
    return {
      merchantId,
      consented: consent?.given ?? false,
      saidAt: consent?.at.toISOString() ?? null,
      scores: scores.map(scoreView),
    };
  };

  app.openapi(standingRoute, async (request) =>
    request.json(await standingOf(request.req.valid('param').merchantId), 200),
  );

  app.openapi(standingConsentRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const consent = request.req.valid('json');
    valueOf(request, await standing.consent(merchantId, consent, principalOf(request)));
    return request.json(await standingOf(merchantId), 200);
  });

  app.openapi(standingScoreRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const { scoreId } = request.req.valid('json');
    const scored = await standing.score(merchantId, scoreId, principalOf(request));
    return request.json(scoreView(valueOf(request, scored)), 200);
  });

  app.openapi(standingAppealRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const appeal = request.req.valid('json');
    const filed = await standing.appeal(merchantId, appeal, principalOf(request));
    return request.json(scoreView(valueOf(request, filed)), 200);
  });

  app.openapi(standingModelRoute, async (request) => {
    const imported = await standing.importModel(request.req.valid('json'), principalOf(request));
    const { modelId, version, sha256 } = valueOf(request, imported);
    return request.json({ modelId, version, sha256 }, 200);
  });

  app.openapi(standingInputsRoute, async (request) => {
    const imported = await standing.importInputs(request.req.valid('json'), principalOf(request));
    return request.json(valueOf(request, imported), 200);
  });

  app.openapi(appealListRoute, async (request) => {
    const { state } = request.req.valid('query');
    const records = await appealedScores(database.db, state, MOST_APPEALS);
    return request.json({ scores: records.map(scoreView) }, 200);
  });

  app.openapi(standingCompaniesRoute, async (request) => {
    const companies = await willingCompanies(database.db, MOST_COMPANIES);
    return request.json({ companies }, 200);
  });

  app.openapi(appealDecideRoute, async (request) => {
    const { appealId } = request.req.valid('param');
    const decision = request.req.valid('json');
    const decided = await standing.decide(appealId, decision, principalOf(request));
    return request.json(scoreView(valueOf(request, decided)), 200);
  });
}

const PROBLEMS: Record<StandingFailure, ProblemCode> = {
  invalid_model: 'invalid_request',
  sensitive_feature: 'invalid_request',
  proxy_feature: 'invalid_request',
  missing_words: 'invalid_request',
  invalid_file: 'invalid_request',
  no_consent: 'conflict',
  no_model: 'conflict',
  not_found: 'not_found',
  conflict: 'conflict',
};

function valueOf<T>(request: Context, outcome: Result<T, StandingFailure>): T {
  if (outcome.ok) return outcome.value;
  return refuse(request, PROBLEMS[outcome.error], outcome.error);
}

function scoreView(record: ScoreRecord): StandingScore {
  const { score, companyName, words, appeal, decision } = record;
  const { scoreId, merchantId, modelId, inputHash, refusal, shown, scoredAt } = score;
  return {
    ...shown,
    scoreId,
    merchantId,
    companyName,
    modelId,
    words,
    inputHash,
    score: score.score,
    refusal,
    scoredAt: scoredAt.toISOString(),
    appeal: appeal && {
      appealId: appeal.appealId,
      words: appeal.words,
      filedAt: appeal.filedAt.toISOString(),
      decision: decision?.decision ?? null,
      grade: decision?.grade ?? null,
      note: decision?.note ?? null,
      decidedAt: decision?.decidedAt.toISOString() ?? null,
    },
  };
}
