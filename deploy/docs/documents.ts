import { rolesDocument } from '../../central/access/roles-document.ts';
import { centralOpenApiDocument } from '../../central/http/openapi-document.ts';
import { hubOpenApiDocument } from '../../edge-hub/http/openapi-document.ts';
import { generateAsyncApi } from './asyncapi.ts';

/** A document made from the code, and where it is kept. */
export interface GeneratedDocument {
  /** Below `docs/`. */
  readonly path: string;
  readonly make: () => string;
}

/** Nothing is started to make them: they come from the contracts and the route descriptions alone. */
export const GENERATED_DOCUMENTS: readonly GeneratedDocument[] = [
  { path: 'asyncapi.yaml', make: generateAsyncApi },
  { path: 'openapi-hub.json', make: () => jsonText(hubOpenApiDocument()) },
  { path: 'openapi-central.json', make: () => jsonText(centralOpenApiDocument()) },
  { path: 'roles.md', make: rolesDocument },
];

function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
