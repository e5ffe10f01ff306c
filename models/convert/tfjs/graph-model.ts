import { z } from 'zod';
import { MalformedModelError } from '../conversion-error.ts';

/** TensorFlow writes int64 as text in JSON. */
const integer = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);

const attributeSchema = z.looseObject({
  s: z.string().optional(),
  i: integer.optional(),
  f: z.number().optional(),
  b: z.boolean().optional(),
  list: z
    .looseObject({ s: z.array(z.string()).optional(), i: z.array(integer).optional() })
    .optional(),
  shape: z.looseObject({ dim: z.array(z.looseObject({ size: integer })).optional() }).optional(),
});

const nodeSchema = z.looseObject({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});

const weightSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z
    .discriminatedUnion('dtype', [
      z.looseObject({ dtype: z.literal('float16') }),
      z.looseObject({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
      z.looseObject({ dtype: z.literal('uint16'), scale: z.number(), min: z.number() }),
    ])
    .optional(),
});

const weightsManifestSchema = z.array(
  z.looseObject({ paths: z.array(z.string()).min(1), weights: z.array(weightSchema) }),
);

const graphModelSchema = z.looseObject({
  format: z.literal('graph-model'),
  modelTopology: z.looseObject({ node: z.array(nodeSchema).min(1) }),
  weightsManifest: weightsManifestSchema,
});

/** A TensorFlow.js graph model's `model.json`, as far as the converter reads it. */
export type GraphModel = z.infer<typeof graphModelSchema>;
export type GraphNode = z.infer<typeof nodeSchema>;
export type WeightEntry = z.infer<typeof weightSchema>;

/** @throws MalformedModelError when the text is not a graph model we can read */
export function parseGraphModel(text: string): GraphModel {
  try {
    return graphModelSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MalformedModelError('not a TensorFlow.js graph model', { cause });
  }
}

/**
 * Reads a weights manifest that stands alone: for models whose graph is in a program.
 *
 * @throws MalformedModelError
 */
export function parseWeightsManifest(text: string): GraphModel['weightsManifest'] {
  try {
    return weightsManifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new MalformedModelError('not a TensorFlow.js weights manifest', { cause });
  }
}

/** `^name` is a control edge, `name:2` the third output; both mean the node `name`. */
export const nodeNameOf = (input: string): string => input.replace(/^\^/, '').replace(/:\d+$/, '');

export const integerAttribute = (node: GraphNode, name: string): number | undefined =>
  node.attr[name]?.i;

export const floatAttribute = (node: GraphNode, name: string): number | undefined =>
  node.attr[name]?.f;

export const booleanAttribute = (node: GraphNode, name: string): boolean =>
  node.attr[name]?.b ?? false;

export const integersAttribute = (node: GraphNode, name: string): readonly number[] =>
  node.attr[name]?.list?.i ?? [];

/** Strings are base64 in the JSON. */
export const textAttribute = (node: GraphNode, name: string): string | undefined => {
  const encoded = node.attr[name]?.s;
  return encoded === undefined ? undefined : decodeText(encoded);
};

export const textsAttribute = (node: GraphNode, name: string): readonly string[] =>
  (node.attr[name]?.list?.s ?? []).map(decodeText);

export const shapeAttribute = (node: GraphNode, name: string): readonly number[] =>
  (node.attr[name]?.shape?.dim ?? []).map((dim) => dim.size);

const decodeText = (encoded: string): string => Buffer.from(encoded, 'base64').toString('utf8');
