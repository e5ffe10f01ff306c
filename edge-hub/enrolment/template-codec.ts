import { z } from 'zod';
import { phoneSchema } from '../../shared/contracts/terminal-claims.ts';
import { type PinVerifier, pinVerifierSchema } from './pin-hash.ts';

/** What a person has told the hub about themselves: it says who they are, so it lies nowhere but under their seal. */
export interface PersonSecrets {
  /** The whole phone number as digits, where the shopper gave it: a hub that gets a replica must find them by it. */
  readonly phone: string | null;
  /** Its last four digits, which may be all that they gave. */
  readonly phoneLast4: string | null;
  readonly pin: PinVerifier | null;
  readonly minor: boolean;
}

/** What is sealed: the embedding, the template key it was transformed by, and the person's secrets. */
export interface TemplateContent extends PersonSecrets {
  /** L2-normalised. */
  readonly embedding: Float32Array;
  /** Null: by none. */
  readonly keyId: string | null;
}

const last4Schema = z
  .string()
  .regex(/^\d{4}$/)
  .nullable();

/** What stands before the embedding. */
const headSchema = z.object({
  keyId: z.string().min(1).max(64).nullable(),
  phone: phoneSchema.nullable().default(null),
  phoneLast4: last4Schema,
  pin: pinVerifierSchema.nullable(),
  minor: z.boolean(),
});
type Head = z.infer<typeof headSchema>;

/**
 * Versions 1 (neither PIN nor minors) and 2 (no template key) were JSON, with the embedding in base64. They are still
 * read: rows are rewritten when the hub starts, and a hub that was not updated sends them.
 */
const earlierSchema = z.discriminatedUnion('v', [
  z.object({
    v: z.literal(1),
    phoneLast4: last4Schema,
    pin: z.null().default(null),
    minor: z.literal(false).default(false),
  }),
  z.object({
    v: z.literal(2),
    phoneLast4: last4Schema,
    pin: pinVerifierSchema.nullable(),
    minor: z.boolean(),
  }),
]);
const earlierEmbeddingSchema = z.object({ embedding: z.string() });

const VERSION = 3;
const OPENING_BRACE = 0x7b;
const HEAD_AT = 3;
const BYTES_PER_VALUE = 4;

/**
 * Content as bytes, the same at rest and in a replica: u8 version 3, u16 length of the head, the head as JSON, then the
 * embedding as f32, all little-endian. Bytes, not text: text cannot be wiped from memory.
 */
export function encodeTemplate(content: TemplateContent): Buffer {
  const { embedding, keyId, phone, phoneLast4, pin, minor } = content;
  const head = Buffer.from(JSON.stringify({ keyId, phone, phoneLast4, pin, minor } satisfies Head));
  // not from the pool that small buffers share
  const bytes = Buffer.alloc(HEAD_AT + head.length + embedding.length * BYTES_PER_VALUE);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt16LE(head.length, 1);
  head.copy(bytes, HEAD_AT);
  const from = HEAD_AT + head.length;
  for (let i = 0; i < embedding.length; i += 1) {
    bytes.writeFloatLE(embedding[i] ?? 0, from + i * BYTES_PER_VALUE);
  }
  head.fill(0);
  return bytes;
}

/**
 * Reads what `encodeTemplate` wrote, here or at another hub.
 *
 * @param dimension values that the pack's embeddings have; left out where the bytes are the hub's own
 * @returns undefined when it is no such template
 */
export function decodeTemplate(bytes: Uint8Array, dimension?: number): TemplateContent | undefined {
  const { head, raw } = partsOf(bytes) ?? earlierPartsOf(bytes) ?? {};
  if (!head || !raw || raw.length % BYTES_PER_VALUE !== 0) return undefined;
  const length = raw.length / BYTES_PER_VALUE;
  if (dimension !== undefined && length !== dimension) return undefined;
  // plain loops: a hub opens a whole city's templates when it starts
  const embedding = new Float32Array(length);
  let squares = 0;
  for (let index = 0; index < length; index += 1) {
    const value = raw.readFloatLE(index * BYTES_PER_VALUE);
    embedding[index] = value;
    squares += value * value;
  }
  // another hub's embedding is taken only as what it claims to be: a unit vector
  if (!(Math.abs(Math.sqrt(squares) - 1) < 1e-3)) return undefined;
  return { embedding, ...head };
}

/** The person's secrets alone, for a decision, which needs no embedding. */
export function decodeSecrets(bytes: Uint8Array): PersonSecrets | undefined {
  const { head } = partsOf(bytes) ?? earlierPartsOf(bytes) ?? {};
  if (!head) return undefined;
  const { phone, phoneLast4, pin, minor } = head;
  return { phone, phoneLast4, pin, minor };
}

interface Parts {
  readonly head: Head;
  /** The embedding, f32, little-endian. */
  readonly raw: Buffer;
}

function partsOf(bytes: Uint8Array): Parts | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEAD_AT || buffer.readUInt8(0) !== VERSION) return undefined;
  const from = HEAD_AT + buffer.readUInt16LE(1);
  const head = headSchema.safeParse(parseJson(buffer.toString('utf8', HEAD_AT, from)));
  return head.success && buffer.length >= from
    ? { head: head.data, raw: buffer.subarray(from) }
    : undefined;
}

function earlierPartsOf(bytes: Uint8Array): Parts | undefined {
  if (bytes[0] !== OPENING_BRACE) return undefined;
  const { buffer, byteOffset, byteLength } = bytes;
  const json = parseJson(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
  const head = earlierSchema.safeParse(json);
  const body = earlierEmbeddingSchema.safeParse(json);
  if (!head.success || !body.success) return undefined;
  const { phoneLast4, pin, minor } = head.data;
  const raw = Buffer.from(body.data.embedding, 'base64');
  return { head: { keyId: null, phone: null, phoneLast4, pin, minor }, raw };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
