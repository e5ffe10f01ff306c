import { createCipheriv } from 'node:crypto';
import { assert } from '../../shared/kernel/assert.ts';
import { deriveBytes, type TemplateKey } from './template-key.ts';

/** What the transform is derived for: each pack of a city has one of its own. */
export interface TransformedPack {
  readonly packId: string;
  /** Values per embedding, 1 to 65,536. */
  readonly dimension: number;
}

interface Round {
  /** Value i of the round's output is value `order[i]` of its input, times `signs[i]`. */
  readonly order: Uint16Array;
  /** 1 or -1. */
  readonly signs: Int8Array;
}

/**
 * Rounds of permutation, signs and Hadamard: after three of signs and Hadamard the result is near enough to a random
 * rotation (Yu, Suresh, Choromanski, Holtmann-Rice, Kumar, "Orthogonal Random Features", 2016); the permutations make
 * what is between two Hadamards depend on the key as well.
 */
const ROUNDS = 3;
const STREAM_KEY_BYTES = 32;
const STREAM_NONCE_BYTES = 16;
const DRAW_BYTES = 4;

/**
 * A rotation of embeddings that only the key's holders can make or undo (template protection, ISO/IEC 24745): what it
 * makes of two embeddings has the cosine that they had, and tells nothing to who compares it with what another key made.
 *
 * It takes n log n steps and no table but 3 n bytes a round. Everything is computed in float64 and rounded once.
 */
export class KeyedTransform {
  readonly keyId: string;
  readonly dimension: number;
  private readonly rounds: readonly Round[];
  private readonly values: Float64Array;
  private readonly moved: Float64Array;

  constructor(key: TemplateKey, { packId, dimension }: TransformedPack) {
    assert(dimension >= 1 && dimension <= 65_536, 'a dimension is 1 to 65,536');
    this.keyId = key.id;
    this.dimension = dimension;
    this.values = new Float64Array(dimension);
    this.moved = new Float64Array(dimension);
    this.rounds = drawRounds(key, `wuma-template-transform-1\n${packId}\n${dimension}`, dimension);
  }

  /** @param embedding f32[dimension]; stays as it is */
  apply(embedding: Float32Array): Float32Array {
    const { values, moved } = this.load(embedding);
    for (const { order, signs } of this.rounds) {
      for (let i = 0; i < order.length; i += 1) {
        moved[i] = (values[order[i] as number] as number) * (signs[i] as number);
      }
      values.set(moved);
      mixFirst(values);
      mixLast(values);
    }
    return this.unload();
  }

  /** What `apply` was given, up to rounding. @param transformed f32[dimension]; stays as it is */
  invert(transformed: Float32Array): Float32Array {
    const { values, moved } = this.load(transformed);
    for (const { order, signs } of this.rounds.toReversed()) {
      mixLast(values);
      mixFirst(values);
      for (let i = 0; i < order.length; i += 1) {
        moved[order[i] as number] = (values[i] as number) * (signs[i] as number);
      }
      values.set(moved);
    }
    return this.unload();
  }

  private load(embedding: Float32Array): { values: Float64Array; moved: Float64Array } {
    const { values, moved, dimension } = this;
    assert(embedding.length === dimension, 'an embedding of the transform’s dimension');
    values.set(embedding);
    return { values, moved };
  }

  /** Nothing of a face stays behind in here. */
  private unload(): Float32Array {
    const result = new Float32Array(this.values);
    this.values.fill(0);
    this.moved.fill(0);
    return result;
  }
}

/** The largest power of two that is not above n. */
function hadamardSize(n: number): number {
  return 2 ** (31 - Math.clz32(n));
}

/**
 * Where n is no power of two, the Hadamard transform goes over the first 2^k values and then over the last 2^k: they
 * overlap, since 2^k is more than half of n, so each value reaches each other within two rounds.
 */
function mixFirst(values: Float64Array): void {
  hadamard(values.subarray(0, hadamardSize(values.length)));
}

function mixLast(values: Float64Array): void {
  const size = hadamardSize(values.length);
  if (size < values.length) hadamard(values.subarray(values.length - size));
}

/** The fast Walsh-Hadamard transform, scaled to be orthogonal: it is its own inverse. */
function hadamard(values: Float64Array): void {
  const n = values.length;
  for (let half = 1; half < n; half *= 2) {
    for (let block = 0; block < n; block += 2 * half) {
      for (let i = block; i < block + half; i += 1) {
        const a = values[i] as number;
        const b = values[i + half] as number;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
  const scale = 1 / Math.sqrt(n);
  for (let i = 0; i < n; i += 1) values[i] = (values[i] as number) * scale;
}

/** Signs and permutations, drawn from a stream that follows from the key (AES-256 in counter mode). */
function drawRounds(key: TemplateKey, info: string, dimension: number): Round[] {
  const seed = deriveBytes(key.secret, info, STREAM_KEY_BYTES + STREAM_NONCE_BYTES);
  const cipher = createCipheriv(
    'aes-256-ctr',
    seed.subarray(0, STREAM_KEY_BYTES),
    seed.subarray(STREAM_KEY_BYTES),
  );
  const take = (bytes: number): Buffer => cipher.update(Buffer.alloc(bytes));
  const rounds = Array.from({ length: ROUNDS }, () => {
    const signBytes = take(dimension);
    const draws = take(dimension * DRAW_BYTES);
    const signs = Int8Array.from(signBytes, (byte) => ((byte & 1) === 0 ? 1 : -1));
    return { order: permutation(dimension, draws), signs };
  });
  seed.fill(0);
  return rounds;
}

/** Fisher-Yates; of 2^32 draws to at most 65,536 places none is favoured by more than 2^-16. */
function permutation(count: number, draws: Buffer): Uint16Array {
  const order = Uint16Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = Math.floor((draws.readUInt32LE(i * DRAW_BYTES) / 2 ** 32) * (i + 1));
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}
