import { describe, expect, it } from 'vitest';
import { cosine, joinEmbeddings, normalise } from './embedder.ts';

const unit = (...values: number[]): Float32Array => normalise(Float32Array.from(values));

describe('joinEmbeddings', () => {
  const [p1, q1] = [unit(1, 2, 2), unit(2, 1, -2)];
  const [p2, q2] = [unit(3, 4), unit(4, 3)];

  it("makes unit vectors whose cosine is the weighted mean of their parts' cosines", () => {
    const p = joinEmbeddings([
      { embedding: p1, weight: 1 },
      { embedding: p2, weight: 0.5 },
    ]);
    const q = joinEmbeddings([
      { embedding: q1, weight: 1 },
      { embedding: q2, weight: 0.5 },
    ]);
    expect(p).toHaveLength(5);
    expect(cosine(p, p)).toBeCloseTo(1, 6);
    expect(cosine(p, q)).toBeCloseTo((cosine(p1, q1) + 0.5 * cosine(p2, q2)) / 1.5, 6);
  });

  it('leaves a single embedding as it is, whatever its weight', () => {
    expect(joinEmbeddings([{ embedding: p1, weight: 0.3 }])).toEqual(p1);
  });

  it('stays of unit length when a network gave nothing', () => {
    const joined = joinEmbeddings([
      { embedding: p1, weight: 1 },
      { embedding: new Float32Array(2), weight: 1 },
    ]);
    expect(cosine(joined, joined)).toBeCloseTo(1, 6);
  });
});
