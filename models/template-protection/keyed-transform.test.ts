import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { cosine, normalise } from '../runtime/embedder.ts';
import { KeyedTransform } from './keyed-transform.ts';
import { templateKey } from './template-key.ts';

const keyOf = (name: string) => templateKey(createHash('sha256').update(name).digest());
const A = keyOf('a');
const B = keyOf('b');

function unitVector(dimension: number, ...seed: (string | number)[]): Float32Array {
  const random = new SeededRandom(...seed);
  return normalise(Float32Array.from({ length: dimension }, () => random.normal()));
}

const largestGap = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 9))), 0);

describe('the keyed transform', () => {
  it.each([1, 2, 3, 32, 100, 128, 256, 512, 640, 768, 896, 2_048])(
    'keeps every cosine and undoes itself, %i values',
    (dimension) => {
      const transform = new KeyedTransform(A, { packId: 'p', dimension });
      for (let i = 0; i < 20; i += 1) {
        const p = unitVector(dimension, 'p', i);
        const other = unitVector(dimension, 'q', i);
        const q = normalise(p.map((value, at) => value + (i / 10) * (other[at] ?? 0)));
        const kept = cosine(transform.apply(p), transform.apply(q));
        expect(Math.abs(kept - cosine(p, q))).toBeLessThan(1e-6);
        expect(largestGap(transform.invert(transform.apply(p)), p)).toBeLessThan(1e-7);
      }
    },
  );

  it('goes by key, pack and dimension, and is always the same', () => {
    const x = unitVector(512, 'x');
    const apply = (key: typeof A, packId: string): Float32Array =>
      new KeyedTransform(key, { packId, dimension: 512 }).apply(x);
    expect(apply(A, 'open-1')).toEqual(apply(A, 'open-1'));
    // written down once: stored templates must open in every later version
    const digest = createHash('sha256').update(apply(A, 'open-1').map((v) => Math.round(v * 1e5)));
    expect(digest.digest('hex').slice(0, 16)).toBe('df7c00a3b805a954');
    for (const other of [apply(B, 'open-1'), apply(A, 'fused-1'), x]) {
      // a random pair of 512 values lies within six standard deviations (0.044) of 0
      expect(Math.abs(cosine(apply(A, 'open-1'), other))).toBeLessThan(0.27);
    }
  });

  it.each([100, 512, 768])('spreads one value over all of %i', (dimension) => {
    const transform = new KeyedTransform(A, { packId: 'p', dimension });
    for (const at of [0, 1, dimension - 1]) {
      const basis = new Float32Array(dimension);
      basis[at] = 1;
      const largest = Math.max(...transform.apply(basis).map(Math.abs));
      expect(largest * Math.sqrt(dimension)).toBeLessThan(6);
    }
  });

  it('leads from one key to another by way of its inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (dimension, seed) => {
        const pack = { packId: 'p', dimension };
        const [from, to] = [new KeyedTransform(A, pack), new KeyedTransform(B, pack)];
        const x = unitVector(dimension, seed);
        const renewed = to.apply(from.invert(from.apply(x)));
        expect(largestGap(renewed, to.apply(x))).toBeLessThan(1e-6);
      }),
    );
  });
});
