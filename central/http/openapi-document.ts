import { OpenAPIHono } from '@hono/zod-openapi';
import { reconciliationRoute, trialBalanceRoute, verifyRoute } from './book-routes.ts';
import { paymentListRoute, paymentStreamRoute } from './payment-routes.ts';
import { receiptRoute } from './receipt-routes.ts';
import {
  entriesRoute,
  exceptionsRoute,
  reportRoute,
  resolveRoute,
  runRoute,
} from './reconciliation-routes.ts';
import { shopperRoute } from './shopper-routes.ts';
import { hubsRoute, statusRoute } from './status-routes.ts';

/** Every described route, in the order of the document. */
export const CENTRAL_ROUTES = [
  statusRoute,
  hubsRoute,
  trialBalanceRoute,
  reconciliationRoute,
  verifyRoute,
  entriesRoute,
  exceptionsRoute,
  reportRoute,
  resolveRoute,
  runRoute,
  paymentListRoute,
  paymentStreamRoute,
  receiptRoute,
  shopperRoute,
];

/** Central's OpenAPI 3.1 document, made from the routes alone: no central has to run. */
export function centralOpenApiDocument() {
  const app = new OpenAPIHono();
  for (const route of CENTRAL_ROUTES) app.openAPIRegistry.registerPath(route);
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
