import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  terminalReplySchema,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';
import { generateAsyncApi } from './asyncapi.ts';
import { EXAMPLES } from './asyncapi-examples.ts';

const text = generateAsyncApi();
const document: unknown = parse(text);

/** All `$ref`s of a tree. */
function refsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === '$ref' && typeof value === 'string' ? [value] : refsOf(value),
  );
}

function resolve(ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined,
      document,
    );
}

describe('docs/asyncapi.yaml', () => {
  it('is what the contracts say today (npm run docs writes it)', () => {
    const written = readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8');
    expect(written).toBe(text);
  });

  it('refers to nothing that is not there', () => {
    const refs = refsOf(document);
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
  });

  it('describes every message of the protocol, amounts as text', () => {
    const types = [...terminalRequestSchema.options, ...terminalReplySchema.options]
      .map((option) => option.shape.type.value)
      .toSorted();
    const described = Object.keys(EXAMPLES).map((key) => {
      const schema = resolve(`#/components/schemas/${key}/properties/type/const`);
      return String(schema);
    });
    expect(described.toSorted()).toEqual(types);
    expect(
      resolve('#/components/schemas/PaymentProbe/properties/data/properties/amountMinor/type'),
    ).toBe('string');
  });

  it.each(Object.entries(EXAMPLES))('shows a %s that its schema accepts', (_key, example) => {
    const schema = 'replyTo' in example ? terminalReplySchema : terminalRequestSchema;
    expect(schema.safeParse(example).error).toBeUndefined();
  });

  it('carries the worked example as it is tested', () => {
    const client = readFileSync(
      new URL('../../test/e2e/foreign-client.sh', import.meta.url),
      'utf8',
    );
    expect(resolve('#/info/description')).toContain(client.trimEnd());
  });
});
