import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { ACCESS_TABLE, isOpen } from '../access/access-table.ts';
import { problemAnswers } from './answers.ts';
import { reconciliationRoute, trialBalanceRoute, verifyRoute } from './book-routes.ts';
import { BUREAU_ROUTES } from './bureau-routes.ts';
import { CAMPAIGN_ROUTES } from './campaign-routes.ts';
import { DISPUTE_ROUTES } from './dispute-routes.ts';
import { FUNDING_ROUTES } from './funding-routes.ts';
import { cityPanelRoute, merchantPanelRoute } from './insight-routes.ts';
import { MERCHANT_ROUTES } from './merchant-routes.ts';
import { MERCHANT_STAFF_ROUTES } from './merchant-staff-routes.ts';
import { paymentListRoute, paymentStreamRoute } from './payment-routes.ts';
import { pairPhoneRoute, phoneLinkRoute, removePhoneRoute } from './phone-routes.ts';
import { PROGRAMME_ROUTES } from './programme-routes.ts';
import { publicVisitorsRoute } from './public-data-routes.ts';
import { receiptRoute } from './receipt-routes.ts';
import {
  entriesRoute,
  exceptionRoute,
  exceptionsRoute,
  reportRoute,
  resolveRoute,
  runRoute,
} from './reconciliation-routes.ts';
import { RESYNC_ROUTES } from './resync-routes.ts';
import { SETTLEMENT_EXCEPTION_ROUTES } from './settlement-exception-routes.ts';
import { SETTLEMENT_ROUTES } from './settlement-routes.ts';
import { shopperRoute } from './shopper-routes.ts';
import { SIGN_IN_ROUTES } from './sign-in-routes.ts';
import { CHALLENGER_ROUTES } from './standing-challenger-routes.ts';
import { STANDING_ROUTES } from './standing-routes.ts';
import { STATEMENT_ROUTES } from './statement-routes.ts';
import { hubsRoute, statusRoute } from './status-routes.ts';
import { blockRoute, unblockRoute, walletLineRoute, walletRoute } from './wallet-routes.ts';

/** Every described route, in the order of the document. */
export const CENTRAL_ROUTES = [
  statusRoute,
  hubsRoute,
  publicVisitorsRoute,
  trialBalanceRoute,
  reconciliationRoute,
  verifyRoute,
  entriesRoute,
  exceptionsRoute,
  exceptionRoute,
  reportRoute,
  resolveRoute,
  runRoute,
  ...RESYNC_ROUTES,
  paymentListRoute,
  paymentStreamRoute,
  receiptRoute,
  shopperRoute,
  ...MERCHANT_ROUTES,
  ...MERCHANT_STAFF_ROUTES,
  ...SETTLEMENT_ROUTES,
  ...SETTLEMENT_EXCEPTION_ROUTES,
  merchantPanelRoute,
  cityPanelRoute,
  ...BUREAU_ROUTES,
  ...DISPUTE_ROUTES,
  ...SIGN_IN_ROUTES,
  pairPhoneRoute,
  phoneLinkRoute,
  removePhoneRoute,
  walletRoute,
  walletLineRoute,
  blockRoute,
  unblockRoute,
  ...FUNDING_ROUTES,
  ...STATEMENT_ROUTES,
  ...STANDING_ROUTES,
  ...CHALLENGER_ROUTES,
  ...PROGRAMME_ROUTES,
  ...CAMPAIGN_ROUTES,
];

/** Central's OpenAPI 3.1 document, made from the routes alone: no central has to run. */
export function centralOpenApiDocument() {
  const app = new OpenAPIHono();
  for (const route of CENTRAL_ROUTES) app.openAPIRegistry.registerPath(withAccess(route));
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Wuma central',
      version: '1',
      description:
        'The city’s books. Errors are problem+json (RFC 9457) with a closed set of codes.',
    },
  });
}

/** A route as the access table guards it: what it needs, and how it refuses. */
function withAccess(route: (typeof CENTRAL_ROUTES)[number]): RouteConfig {
  const rule = ACCESS_TABLE.find(
    ({ method, path }) => method === route.method && path === route.path,
  );
  if (rule && isOpen(rule)) return route;
  return {
    ...route,
    security: [{ operator: [] }],
    responses: { ...route.responses, ...problemAnswers(401, 403) },
  };
}
