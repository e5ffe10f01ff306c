import { OpenAPIHono } from '@hono/zod-openapi';
import { HUB_ROUTES } from './routes.ts';

/** The hub's OpenAPI 3.1 document, made from the routes alone: no hub has to run. */
export function hubOpenApiDocument() {
  const app = new OpenAPIHono();
  for (const route of HUB_ROUTES) app.openAPIRegistry.registerPath(route);
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorToken', {
    type: 'http',
    scheme: 'bearer',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'operatorSession', {
    type: 'apiKey',
    in: 'cookie',
    name: 'wuma_session',
  });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Wuma street hub', version: '1' },
  });
}
