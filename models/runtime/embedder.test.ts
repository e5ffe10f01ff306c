import { describe, expect, it } from 'vitest';
import { type AlignedLook, cosine, cropsOf, joinEmbeddings, normalise } from './embedder.ts';

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

describe('cropsOf', () => {
  const point = { x: 0, y: 0 };
  const points = [point, point, point, point, point] as const;
  const plain: AlignedLook = { points, mirrored: false };
  const mirrored: AlignedLook = { points, mirrored: true };
  const lookScales = { plain: 0.97, mirrored: 1.03 };
  const sizes = (
    looks: readonly AlignedLook[],
    spec: Parameters<typeof cropsOf>[0] = { lookScales },
  ) => cropsOf(spec, looks).map((crop) => [crop.mirrored, crop.scale]);

  it("cuts a burst's frame at the size of its look", () => {
    expect(sizes([plain])).toEqual([[false, 0.97]]);
    expect(sizes([mirrored])).toEqual([[true, 1.03]]);
  });

  it('cuts both looks at both sizes', () => {
    expect(sizes([plain, mirrored])).toEqual([
      [false, 0.97],
      [false, 1.03],
      [true, 0.97],
      [true, 1.03],
    ]);
  });

  it("cuts at the template's size where a network has none of its own", () => {
    expect(sizes([plain, mirrored], {})).toEqual([
      [false, 1],
      [true, 1],
    ]);
  });
});
