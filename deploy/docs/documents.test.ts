import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CENTRAL_ROUTES } from '../../central/http/openapi-document.ts';
import { HUB_ROUTES } from '../../edge-hub/http/routes.ts';
import { GENERATED_DOCUMENTS } from './documents.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const responseSchema = z.object({
  description: z.string().min(1),
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).optional(),
});
const openApiSchema = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string().min(1), version: z.string().min(1) }),
  paths: z.record(
    z.string(),
    z.partialRecord(z.enum(METHODS), z.object({ responses: z.record(z.string(), responseSchema) })),
  ),
  components: z.object({ securitySchemes: z.record(z.string(), z.unknown()) }),
});

function madeText(path: string): string {
  const found = GENERATED_DOCUMENTS.find((document) => document.path === path);
  if (!found) throw new Error(`${path} is not generated`);
  return found.make();
}

describe('the generated documents', () => {
  it.each(GENERATED_DOCUMENTS)(
    '$path is what the code says today (npm run docs writes it)',
    (document) => {
      const written = readFileSync(new URL(`../../docs/${document.path}`, import.meta.url), 'utf8');
      expect(written).toBe(document.make());
    },
  );
});

describe.each([
  ['openapi-hub.json', HUB_ROUTES],
  ['openapi-central.json', CENTRAL_ROUTES],
] as const)('%s', (path, routes) => {
  const document = openApiSchema.parse(JSON.parse(madeText(path)));
  const operations = Object.entries(document.paths).flatMap(([at, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ name: `${method} ${at}`, operation }] : [];
    }),
  );

  it('is OpenAPI 3.1 and has every route', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const described = operations.map(({ name }) => name).toSorted();
    expect(described).toEqual(routes.map((route) => `${route.method} ${route.path}`).toSorted());
  });

  it.each(operations)('$name says what a good answer looks like', ({ operation }) => {
    const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
    expect(good.length).toBeGreaterThan(0);
    for (const [, response] of good) {
      const schemas = Object.values(response.content ?? {}).map(({ schema }) => schema);
      expect(schemas.length).toBeGreaterThan(0);
      for (const schema of schemas) expect(Object.keys(schema).length).toBeGreaterThan(0);
    }
  });
});
