import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type Campaign,
  campaignListSchema,
  campaignSchema,
  campaignWritingSchema,
  type Lift,
  liftSchema,
} from '../../shared/contracts/http-campaigns.ts';
import { nameSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { principalOf } from '../access/principal.ts';
import type { CampaignFailure, CampaignScope } from '../campaigns/campaign-desk.ts';
import { findCampaign, listCampaigns, type StandingCampaign } from '../campaigns/campaign-store.ts';
import { liftOf } from '../campaigns/lift.ts';
import type { HttpContext } from '../context.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { type ProblemCode, refuse } from './problem.ts';

const SHOWN_CAMPAIGNS = 100;
const ofMerchant = { params: z.object({ merchantId: nameSchema }) };
const ofCity = { params: z.object({ campaignId: uuidSchema }) };
const ofBoth = { params: z.object({ merchantId: nameSchema, campaignId: uuidSchema }) };
const listed = { ...jsonAnswer(campaignListSchema), ...problemAnswers(400) };
const written = { ...jsonAnswer(campaignSchema), ...problemAnswers(400, 409) };
const stopped = { ...jsonAnswer(campaignSchema), ...problemAnswers(400, 404) };
const told = { ...jsonAnswer(liftSchema), ...problemAnswers(400, 404, 503) };

export const merchantCampaignsRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/campaigns',
  summary: 'A merchant’s campaigns, newest first',
  request: ofMerchant,
  responses: listed,
});

export const merchantCampaignWriteRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/campaigns',
  summary:
    'A campaign that the merchant pays for: hubs discount payments by it within their shares of the budget',
  request: { ...ofMerchant, ...jsonBody(campaignWritingSchema) },
  responses: written,
});

export const merchantCampaignStopRoute = createRoute({
  method: 'post',
  path: '/api/merchants/{merchantId}/campaigns/{campaignId}/stop',
  summary: 'Ends a campaign before its time',
  request: ofBoth,
  responses: stopped,
});

export const merchantLiftRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/campaigns/{campaignId}/lift',
  summary:
    'What a campaign has brought, against the control group, and a sentence of what that means',
  request: ofBoth,
  responses: told,
});

export const campaignsRoute = createRoute({
  method: 'get',
  path: '/api/campaigns',
  summary: 'The city’s campaigns, newest first',
  responses: listed,
});

export const campaignWriteRoute = createRoute({
  method: 'post',
  path: '/api/campaigns',
  summary: 'A campaign that the city pays for, at every merchant of its streets',
  request: jsonBody(campaignWritingSchema),
  responses: written,
});

export const campaignStopRoute = createRoute({
  method: 'post',
  path: '/api/campaigns/{campaignId}/stop',
  summary: 'Ends a campaign of the city before its time',
  request: ofCity,
  responses: stopped,
});

export const liftRoute = createRoute({
  method: 'get',
  path: '/api/campaigns/{campaignId}/lift',
  summary: 'What a campaign of the city has brought, in whole weeks',
  request: ofCity,
  responses: told,
});

export const CAMPAIGN_ROUTES = [
  merchantCampaignsRoute,
  merchantCampaignWriteRoute,
  merchantCampaignStopRoute,
  merchantLiftRoute,
  campaignsRoute,
  campaignWriteRoute,
  campaignStopRoute,
  liftRoute,
];

const CITY: CampaignScope = { merchantId: null };

/** Campaigns of merchants, and of the city. */
export function addCampaignRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, campaigns, downlink, clock } = context;
  const view = (campaign: StandingCampaign): Campaign => campaignView(campaign, clock.now());
  const list = async ({ merchantId }: CampaignScope): Promise<{ campaigns: Campaign[] }> => {
    const rows = await listCampaigns(database.db, merchantId, SHOWN_CAMPAIGNS);
    return { campaigns: rows.map(view) };
  };
  const done = (
    request: Context,
    outcome: Awaited<ReturnType<typeof campaigns.stop>>,
  ): Campaign => {
    const { campaign, nudges } = valueOf(request, outcome);
    downlink.nudge(nudges);
    return view(campaign);
  };
  const lift = async (
    request: Context,
    campaignId: string,
    scope: CampaignScope,
  ): Promise<Lift> => {
    const campaign = await findCampaign(database.db, campaignId);
    if (campaign?.merchantId !== scope.merchantId) return refuse(request, 'not_found', 'campaign');
    return database.snapshot((tx) => liftOf(tx, campaign, clock.now()));
  };

  app.openapi(merchantCampaignsRoute, async (request) =>
    request.json(await list(request.req.valid('param')), 200),
  );
  app.openapi(merchantCampaignWriteRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const writing = request.req.valid('json');
    const outcome = await campaigns.write(writing, { merchantId }, principalOf(request));
    return request.json(done(request, outcome), 200);
  });
  app.openapi(merchantCampaignStopRoute, async (request) => {
    const { merchantId, campaignId } = request.req.valid('param');
    const outcome = await campaigns.stop(campaignId, { merchantId }, principalOf(request));
    return request.json(done(request, outcome), 200);
  });
  app.openapi(merchantLiftRoute, async (request) => {
    const { merchantId, campaignId } = request.req.valid('param');
    return request.json(await lift(request, campaignId, { merchantId }), 200);
  });

  app.openapi(campaignsRoute, async (request) => request.json(await list(CITY), 200));
  app.openapi(campaignWriteRoute, async (request) => {
    const outcome = await campaigns.write(request.req.valid('json'), CITY, principalOf(request));
    return request.json(done(request, outcome), 200);
  });
  app.openapi(campaignStopRoute, async (request) => {
    const { campaignId } = request.req.valid('param');
    const outcome = await campaigns.stop(campaignId, CITY, principalOf(request));
    return request.json(done(request, outcome), 200);
  });
  app.openapi(liftRoute, async (request) => {
    const { campaignId } = request.req.valid('param');
    return request.json(await lift(request, campaignId, CITY), 200);
  });
}

const PROBLEMS: Record<CampaignFailure, ProblemCode> = {
  not_found: 'not_found',
  no_hub: 'conflict',
  over: 'conflict',
  conflict: 'conflict',
};

function valueOf<T>(request: Context, outcome: Result<T, CampaignFailure>): T {
  if (outcome.ok) return outcome.value;
  return refuse(request, PROBLEMS[outcome.error], outcome.error);
}

function campaignView(campaign: StandingCampaign, nowMs: number): Campaign {
  const { campaignId, funder, streets, terms, budgetMinor, givenMinor, stoppedAt } = campaign;
  return {
    campaignId,
    funder,
    streets,
    terms,
    budgetMinor: budgetMinor.toString(),
    givenMinor: givenMinor.toString(),
    discounts: campaign.discounts,
    state: stateOf(campaign, nowMs),
    stoppedAt: stoppedAt?.toISOString() ?? null,
  };
}

function stateOf(
  { startsAt, endsAt, stoppedAt }: StandingCampaign,
  nowMs: number,
): Campaign['state'] {
  if (stoppedAt) return 'stopped';
  if (nowMs < startsAt.getTime()) return 'planned';
  return nowMs < endsAt.getTime() ? 'running' : 'ended';
}
