import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from '../../shared/kernel/logger.ts';
import { accessControl } from '../access/access-control.ts';
import type { HttpContext } from '../context.ts';
import { summary } from '../events.ts';
import { addBookRoutes } from './book-routes.ts';
import { addBureauRoutes } from './bureau-routes.ts';
import { addCampaignRoutes } from './campaign-routes.ts';
import { addDisputeRoutes } from './dispute-routes.ts';
import { addFundingRoutes } from './funding-routes.ts';
import { addInsightRoutes } from './insight-routes.ts';
import { addMerchantRoutes } from './merchant-routes.ts';
import { addMerchantStaffRoutes } from './merchant-staff-routes.ts';
import { centralOpenApiDocument } from './openapi-document.ts';
import { addPaymentRoutes } from './payment-routes.ts';
import { addPhoneRoutes } from './phone-routes.ts';
import { problem } from './problem.ts';
import { addProgrammeRoutes } from './programme-routes.ts';
import { addPublicDataRoutes } from './public-data-routes.ts';
import { addReceiptRoutes } from './receipt-routes.ts';
import { addReconciliationRoutes } from './reconciliation-routes.ts';
import { addResyncRoutes } from './resync-routes.ts';
import { addSettlementExceptionRoutes } from './settlement-exception-routes.ts';
import { addSettlementRoutes } from './settlement-routes.ts';
import { addShopperRoutes } from './shopper-routes.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addChallengerRoutes } from './standing-challenger-routes.ts';
import { addStandingRoutes } from './standing-routes.ts';
import { addStatementRoutes } from './statement-routes.ts';
import { addStatusRoutes } from './status-routes.ts';
import { addWalletRoutes } from './wallet-routes.ts';

/** A thousand differences of a reconciliation are the largest body. */
const MAX_BODY_BYTES = 1_048_576;

/** Central's HTTP API, its description, metrics and the city's pages, as one application. */
export function createHttpApi(context: HttpContext): OpenAPIHono {
  const logger = context.logger.child({ module: 'http' });
  const app = new OpenAPIHono({
    defaultHook: (result, request) => {
      if (result.success) return undefined;
      const fields = result.error.issues.map((issue) => issue.path.join('.'));
      return problem(request, 'invalid_request', fields.join(', '));
    },
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      // plain HTTP on the operator's own network; TLS is the reverse proxy's
      strictTransportSecurity: false,
    }),
  );
  app.use(
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (request) => problem(request, 'too_large') }),
  );
  app.onError((error, request) => {
    if (error instanceof HTTPException) return error.getResponse();
    logger.error({ why: summary(error), path: request.req.routePath }, 'a request failed');
    return problem(request, 'fault');
  });
  app.notFound((request) => problem(request, 'not_found'));
  app.use(accessControl(context.authenticate));
  addStatusRoutes(app, context);
  addPublicDataRoutes(app, context);
  addBookRoutes(app, context);
  addReconciliationRoutes(app, context);
  addResyncRoutes(app, context);
  addReceiptRoutes(app, context);
  addPaymentRoutes(app, context);
  addShopperRoutes(app, context);
  addMerchantRoutes(app, context);
  addMerchantStaffRoutes(app, context);
  addSettlementRoutes(app, context);
  addSettlementExceptionRoutes(app, context);
  addInsightRoutes(app, context);
  addBureauRoutes(app, context);
  addDisputeRoutes(app, context);
  addSignInRoutes(app, context);
  addWalletRoutes(app, context);
  addFundingRoutes(app, context);
  addPhoneRoutes(app, context);
  addStatementRoutes(app, context);
  addStandingRoutes(app, context);
  addChallengerRoutes(app, context);
  addProgrammeRoutes(app, context);
  addCampaignRoutes(app, context);
  addOperations(app, context);
  const description = centralOpenApiDocument();
  app.get('/openapi.json', (request) => request.json(description));
  addPages(app, context.settings.http.webDir, logger);
  return app;
}

/** Pages below an address of their own; the city's is at `/`. */
const PAGES = [
  'insight',
  'bureau',
  'programmes',
  'standing',
  'merchant',
  'administration',
  'pay',
] as const;

function addPages(app: OpenAPIHono, webDir: string, logger: Logger): void {
  for (const page of PAGES) {
    const root = join(webDir, page);
    if (!existsSync(root)) continue;
    const rewriteRequestPath = (path: string): string => path.slice(`/${page}`.length);
    app.get(`/${page}`, (request) => request.redirect(`/${page}/`));
    app.get(`/${page}/*`, serveStatic({ root, rewriteRequestPath }));
  }
  const city = join(webDir, 'city');
  if (existsSync(city)) app.get('*', serveStatic({ root: city }));
  else logger.warn({ root: city }, 'the pages are not built');
}

function addOperations(app: OpenAPIHono, { database, events }: HttpContext): void {
  const metrics = async (request: Context): Promise<Response> =>
    request.text(await events.registry.metrics(), 200, {
      'content-type': events.registry.contentType,
    });
  const health = async (request: Context): Promise<Response> =>
    (await database.isUp()) ? request.json({ ok: true }) : problem(request, 'unavailable');
  app.on('GET', '/metrics', metrics);
  app.on('GET', '/healthz', health);
}
