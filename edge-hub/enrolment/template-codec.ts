import { z } from 'zod';

/** What is sealed: the embedding, and what else identifies the person and so must not lie anywhere else. */
export interface TemplateContent {
  /** L2-normalised. */
  readonly embedding: Float32Array;
  /** Last four digits of the phone number, where the shopper gave it. */
  readonly phoneLast4: string | null;
}

const contentSchema = z.object({
  v: z.literal(1),
  /** Little-endian float32, base64. */
  embedding: z.base64(),
  phoneLast4: z
    .string()
    .regex(/^\d{4}$/)
    .nullable(),
});

const BYTES_PER_VALUE = 4;

/** Content as bytes, the same at rest and in a replica. */
export function encodeTemplate(content: TemplateContent): Buffer {
  const bytes = Buffer.alloc(content.embedding.length * BYTES_PER_VALUE);
  content.embedding.forEach((value, index) => bytes.writeFloatLE(value, index * BYTES_PER_VALUE));
  return Buffer.from(
    JSON.stringify({ v: 1, embedding: bytes.toString('base64'), phoneLast4: content.phoneLast4 }),
  );
}

/**
 * Reads what `encodeTemplate` wrote, here or at another hub.
 *
 * @param dimension values that the pack's embeddings have
 * @returns undefined when it is no such template
 */
export function decodeTemplate(bytes: Uint8Array, dimension: number): TemplateContent | undefined {
  const parsed = contentSchema.safeParse(parseJson(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success) return undefined;
  const raw = Buffer.from(parsed.data.embedding, 'base64');
  if (raw.length !== dimension * BYTES_PER_VALUE) return undefined;
  const embedding = Float32Array.from({ length: dimension }, (_, index) =>
    raw.readFloatLE(index * BYTES_PER_VALUE),
  );
  const norm = Math.hypot(...embedding);
  // another hub's embedding is taken only as what it claims to be: a unit vector
  if (!(Math.abs(norm - 1) < 1e-3)) return undefined;
  return { embedding, phoneLast4: parsed.data.phoneLast4 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
