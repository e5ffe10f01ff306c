import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyntheticPeople } from '../../models/index/bench/synthetic-people.ts';
import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import type { FaceEngine } from '../../models/runtime/analysis.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { ok } from '../../shared/kernel/result.ts';
import { nameEngine } from '../../test/support/test-hub.ts';
import { Gallery } from './gallery.ts';
import { Recogniser } from './recogniser.ts';

const DIMENSION = 512;
const ROWS = 2_500;
const FLOOR = 0.6;

/** An engine that sees this embedding in whatever it is shown. */
function seeing(embedding: Float32Array): FaceEngine {
  const names = nameEngine();
  return {
    ...names,
    analyse: async (frames, options) => {
      const named = await names.analyse(frames, options);
      return named.ok ? ok({ ...named.value, embedding }) : named;
    },
  };
}

describe('Recogniser, in a gallery that is large enough for the prefilter', () => {
  const embeddings = new Float32Array(ROWS * DIMENSION);
  const row = (i: number): Float32Array => embeddings.subarray(i * DIMENSION, (i + 1) * DIMENSION);
  let index: GalleryIndex;
  let gallery: Gallery;
  const people = new SyntheticPeople({ dimension: DIMENSION, seed: 5 });
  beforeAll(async () => {
    for (let i = 0; i < ROWS; i += 1) people.person(i, row(i));
    index = await openGalleryIndex({ engine: 'exact', dimension: DIMENSION, prefilterFrom: 1 });
    gallery = new Gallery(index);
    const ids = Array.from({ length: ROWS }, (_, i) => `p${i}`);
    await gallery.insertMany({ templateIds: ids, shopperIds: ids, embeddings });
  });
  afterAll(() => index.close());

  async function evidenceAt(cosine: number, floor = FLOOR) {
    const recogniser = new Recogniser({
      engine: seeing(turnedFrom(row(700), people.impostorProbe(1), cosine)),
      gallery,
      minLive: 0.5,
      clock: systemClock,
      thresholds: () => ({ sure: 0.9, likely: 0.8, floor, margin: 0.05 }),
    });
    const colour = new TextEncoder().encode('live whoever');
    const frames = [{ takenAt: '2026-01-01T00:00:00.000Z', colour }];
    const { result } = await recogniser.recognise(frames, { requireDepth: false, light: null });
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  it.each([0.57, 0.6, 0.62, 0.7, 0.95])('proves who is best at %f', async (cosine) => {
    const { candidates, certified } = await evidenceAt(cosine);
    expect(certified).toBe(true);
    expect(candidates[0]?.shopperId).toBe('p700');
    expect(candidates[0]?.score).toBeCloseTo(cosine, 4);
  });

  it.each([0.5, 0.54])('takes the prefilter’s word at %f: nobody', async (cosine) => {
    const { candidates, certified } = await evidenceAt(cosine);
    expect(certified).toBe(false);
    expect(candidates.every(({ score }) => score < FLOOR)).toBe(true);
  });

  it('follows the floor as it is now', async () => {
    expect((await evidenceAt(0.5, 0.52)).certified).toBe(true);
  });
});

/** A unit vector at this cosine to `one`, in the plane of the two. */
function turnedFrom(one: Float32Array, other: Float32Array, cosine: number): Float32Array {
  const along = one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
  const across = other.map((value, i) => value - along * (one[i] ?? 0));
  const sine = Math.sqrt(1 - cosine ** 2) / Math.hypot(...across);
  return one.map((value, i) => cosine * value + sine * (across[i] ?? 0));
}
