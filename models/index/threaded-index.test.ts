import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GalleryIndex, IndexFault } from './gallery-index.ts';
import { openGalleryIndex } from './threaded-index.ts';

const X = Float32Array.of(1, 0, 0, 0);
const Y = Float32Array.of(0, 1, 0, 0);

describe('openGalleryIndex', () => {
  let index: GalleryIndex;
  beforeEach(async () => {
    index = await openGalleryIndex({ engine: 'exact', dimension: 4 });
  });
  afterEach(() => index.close());

  it('answers in the order in which it was asked, without waiting in between', async () => {
    const [before, , during, gone, after] = await Promise.all([
      index.search(X, { top: 3 }),
      index.insert('x', X),
      index.search(X, { top: 3 }),
      index.erase('x'),
      index.search(X, { top: 3 }),
    ]);
    expect(before.candidates).toEqual([]);
    expect(during.candidates).toEqual([{ id: 'x', score: 1 }]);
    expect(during.certified).toBe(true);
    expect(gone).toBe(true);
    expect(after.candidates).toEqual([]);
    expect(index.size).toBe(0);
  });

  it('takes views on larger buffers, and leaves them as they were', async () => {
    const large = new Float32Array(1_000);
    large.set(Y, 500);
    await index.insert('y', large.subarray(500, 504));
    expect((await index.search(Y, { top: 1 })).candidates).toEqual([{ id: 'y', score: 1 }]);
    expect(large[501]).toBe(1);
    expect(index.size).toBe(1);
  });

  it('takes many at once, or none of them', async () => {
    await index.insertMany({ ids: ['x', 'y'], embeddings: Float32Array.of(...X, ...Y) });
    expect((await index.search(Y, { top: 2 })).candidates).toEqual([
      { id: 'y', score: 1 },
      { id: 'x', score: 0 },
    ]);
    const long = Float32Array.of(...X, 0, 2, 0, 0);
    await expect(index.insertMany({ ids: ['a', 'b'], embeddings: long })).rejects.toThrow(
      RangeError,
    );
    await expect(index.insertMany({ ids: ['a', 'b'], embeddings: X })).rejects.toThrow(RangeError);
    expect(index.size).toBe(2);
  });

  it('refuses vectors of another dimension or length, changes nothing and goes on', async () => {
    const refused = [
      Float32Array.of(1, 0, 0),
      Float32Array.of(2, 0, 0, 0),
      Float32Array.of(0, 0, 0, 0),
      Float32Array.of(Number.NaN, 0, 0, 1),
    ];
    for (const row of refused) {
      await expect(index.insert('bad', row)).rejects.toThrow(RangeError);
      await expect(index.search(row, { top: 1 })).rejects.toThrow(RangeError);
    }
    await index.insert('x', X);
    expect(index.size).toBe(1);
  });

  it('finds nobody once it is closed, and says so', async () => {
    await index.insert('x', X);
    const asked = index.search(X, { top: 1 });
    await index.close();
    expect((await asked).candidates).toHaveLength(1);
    await expect(index.search(X, { top: 1 })).rejects.toThrow(IndexFault);
  });
});
