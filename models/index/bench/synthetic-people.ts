/** What a synthetic gallery is made from; the same again gives the same people. */
export interface PeopleSettings {
  /** Values per embedding, a power of two from 64 on. */
  readonly dimension: number;
  readonly seed: number;
}

/** A row every so many looks much like the one before it. */
const LOOK_ALIKE_EVERY = 40;
const GENUINE_COSINES = [0.5, 0.8] as const;
const LOOK_ALIKE_COSINES = [0.42, 0.5] as const;
/** As if so many values were independent: cosines of strangers then spread by 0.1. */
const EFFECTIVE_DIMENSION = 100;
const GROUPS = 100;
const GROUP_WEIGHT = 0.35;
const NORMALS = 65_536;

/**
 * Embeddings as a face network gives them, without a face: normal values with a falling spectrum, turned so that
 * no value is more telling than another; people come in groups that resemble each other a little, and one in
 * forty is the look-alike of another.
 */
export class SyntheticPeople {
  readonly dimension: number;
  private readonly seed: number;
  private readonly deviations: Float32Array;
  private readonly flips: readonly [Float32Array, Float32Array];
  private readonly normals: Float32Array;
  private readonly groups: readonly Float32Array[];

  constructor({ dimension, seed }: PeopleSettings) {
    this.dimension = dimension;
    this.seed = seed;
    const random = new Random(seed, 0);
    this.normals = Float32Array.from({ length: NORMALS }, () => random.normal());
    this.deviations = fallingDeviations(dimension);
    const flip = (): Float32Array =>
      Float32Array.from({ length: dimension }, () => (random.next() < 0.5 ? -1 : 1));
    this.flips = [flip(), flip()];
    this.groups = Array.from({ length: GROUPS }, () => unit(this.spread(random)));
  }

  /** Person `number`'s template. @param out f32[dimension] */
  person(number: number, out: Float32Array): void {
    const random = new Random(this.seed, 2 * number + 1);
    this.draw(random, out);
    if (number % LOOK_ALIKE_EVERY !== 1) return;
    const other = new Float32Array(this.dimension);
    this.draw(new Random(this.seed, 2 * number - 1), other);
    approach(out, other, between(LOOK_ALIKE_COSINES, random.next()));
  }

  /** A probe of somebody in the gallery. */
  genuineProbe(number: number, template: Float32Array): Float32Array {
    const random = new Random(this.seed, -(2 * number + 2));
    const probe = new Float32Array(this.dimension);
    this.draw(random, probe);
    approach(probe, template, between(GENUINE_COSINES, random.next()));
    return probe;
  }

  /** A probe of somebody who is not. */
  impostorProbe(number: number): Float32Array {
    const probe = new Float32Array(this.dimension);
    this.draw(new Random(this.seed, -(2 * number + 1)), probe);
    return probe;
  }

  private draw(random: Random, out: Float32Array): void {
    const { normals, deviations, dimension } = this;
    const group = this.groups[Math.floor(random.next() * GROUPS)] as Float32Array;
    for (let i = 0; i < dimension; i += 1) {
      const normal = normals[random.bits() & (NORMALS - 1)] as number;
      out[i] = normal * (deviations[i] as number) + GROUP_WEIGHT * (group[i] as number);
    }
    for (const flips of this.flips) {
      for (let i = 0; i < dimension; i += 1) out[i] = (out[i] as number) * (flips[i] as number);
      hadamard(out);
    }
    unit(out);
  }

  private spread(random: Random): Float32Array {
    return this.deviations.map((deviation) => deviation * random.normal());
  }
}

/** Standard deviations that fall by a power law, as steep as `EFFECTIVE_DIMENSION` wants. */
function fallingDeviations(dimension: number): Float32Array {
  const wanted = Math.min(EFFECTIVE_DIMENSION, dimension * 0.8);
  const variances = (steepness: number): number[] =>
    Array.from({ length: dimension }, (_, i) => (i + 8) ** -steepness);
  let [low, high] = [0, 4];
  for (let i = 0; i < 40; i += 1) {
    const middle = (low + high) / 2;
    const all = variances(middle);
    if (sum(all) ** 2 / sum(all.map((value) => value ** 2)) > wanted) low = middle;
    else high = middle;
  }
  const all = variances(low);
  const total = sum(all);
  return Float32Array.from(all, (value) => Math.sqrt(value / total));
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Turns `vector` (of unit length) towards `target` until their cosine is this. */
function approach(vector: Float32Array, target: Float32Array, cosine: number): void {
  const along = vector.reduce((all, value, i) => all + value * (target[i] as number), 0);
  for (let i = 0; i < vector.length; i += 1) {
    vector[i] = (vector[i] as number) - along * (target[i] as number);
  }
  unit(vector);
  const across = Math.sqrt(1 - cosine ** 2);
  for (let i = 0; i < vector.length; i += 1) {
    vector[i] = across * (vector[i] as number) + cosine * (target[i] as number);
  }
  unit(vector);
}

/** Walsh-Hadamard transform in place: a rotation that costs additions only. */
function hadamard(vector: Float32Array): void {
  const n = vector.length;
  for (let half = 1; half < n; half *= 2) {
    for (let i = 0; i < n; i += 2 * half) {
      for (let j = i; j < i + half; j += 1) {
        const a = vector[j] as number;
        const b = vector[j + half] as number;
        vector[j] = a + b;
        vector[j + half] = a - b;
      }
    }
  }
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += (vector[i] as number) ** 2;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) * scale;
  return vector;
}

function between([low, high]: readonly [number, number], at: number): number {
  return low + (high - low) * at;
}

/** Repeatable random numbers (mulberry32); each `stream` of a seed has its own. */
class Random {
  private state: number;

  constructor(seed: number, stream: number) {
    // neighbouring streams must not begin alike
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream, 0xc2b2ae35);
    this.bits();
  }

  bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  next(): number {
    return this.bits() / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}
