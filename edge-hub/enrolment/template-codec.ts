import { z } from 'zod';
import { type PinVerifier, pinVerifierSchema } from './pin-hash.ts';

/** What a person has told the hub about themselves: it says who they are, so it lies nowhere but under their seal. */
export interface PersonSecrets {
  /** Last four digits of the phone number, where the shopper gave it. */
  readonly phoneLast4: string | null;
  readonly pin: PinVerifier | null;
  readonly minor: boolean;
}

/** What is sealed: the embedding and the person's secrets. */
export interface TemplateContent extends PersonSecrets {
  /** L2-normalised. */
  readonly embedding: Float32Array;
}

/** Version 1 had neither PIN nor minors. A hub that knows only that version rejects later ones whole. */
const contentSchema = z.discriminatedUnion('v', [
  z.object({
    v: z.literal(1),
    /** Little-endian float32, base64; what it decodes to is checked, which is much quicker than its letters. */
    embedding: z.string(),
    phoneLast4: z
      .string()
      .regex(/^\d{4}$/)
      .nullable(),
    pin: z.null().default(null),
    minor: z.literal(false).default(false),
  }),
  z.object({
    v: z.literal(2),
    embedding: z.string(),
    phoneLast4: z
      .string()
      .regex(/^\d{4}$/)
      .nullable(),
    pin: pinVerifierSchema.nullable(),
    minor: z.boolean(),
  }),
]);

const BYTES_PER_VALUE = 4;

/** Content as bytes, the same at rest and in a replica. */
export function encodeTemplate(content: TemplateContent): Buffer {
  const bytes = Buffer.alloc(content.embedding.length * BYTES_PER_VALUE);
  content.embedding.forEach((value, index) => bytes.writeFloatLE(value, index * BYTES_PER_VALUE));
  const { phoneLast4, pin, minor } = content;
  const embedding = bytes.toString('base64');
  return Buffer.from(JSON.stringify({ v: 2, embedding, phoneLast4, pin, minor }));
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
  const { phoneLast4, pin, minor } = parsed.data;
  const raw = Buffer.from(parsed.data.embedding, 'base64');
  if (raw.length !== dimension * BYTES_PER_VALUE) return undefined;
  // plain loops: a hub opens a whole city's templates when it starts
  const embedding = new Float32Array(dimension);
  let squares = 0;
  for (let index = 0; index < dimension; index += 1) {
    const value = raw.readFloatLE(index * BYTES_PER_VALUE);
    embedding[index] = value;
    squares += value * value;
  }
  // another hub's embedding is taken only as what it claims to be: a unit vector
  if (!(Math.abs(Math.sqrt(squares) - 1) < 1e-3)) return undefined;
  return { embedding, phoneLast4, pin, minor };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
