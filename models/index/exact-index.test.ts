import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createExactIndex, type ExactIndex, IndexFault } from './exact-index.ts';

const X = Float32Array.of(1, 0, 0, 0);
const Y = Float32Array.of(0, 1, 0, 0);

describe('createExactIndex', () => {
  let index: ExactIndex;
  beforeEach(async () => {
    index = await createExactIndex({ dimension: 4, initialCapacity: 10 });
  });
  afterEach(() => index.close());

  it('answers in the order in which it was asked, without waiting in between', async () => {
    const [before, , during, gone, after] = await Promise.all([
      index.search(X, 3),
      index.insert('x', X),
      index.search(X, 3),
      index.erase('x'),
      index.search(X, 3),
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
    expect((await index.search(Y, 1)).candidates).toEqual([{ id: 'y', score: 1 }]);
    expect(large[501]).toBe(1);
    expect(index.size).toBe(1);
  });

  it('refuses bad vectors and goes on', async () => {
    await expect(index.insert('bad', Float32Array.of(3, 0, 0, 0))).rejects.toThrow(RangeError);
    await expect(index.search(Float32Array.of(1), 1)).rejects.toThrow('not 4');
    await index.insert('x', X);
    expect(index.size).toBe(1);
  });

  it('finds nobody once it is closed, and says so', async () => {
    await index.insert('x', X);
    const asked = index.search(X, 1);
    await index.close();
    await Promise.allSettled([asked]);
    await expect(index.search(X, 1)).rejects.toThrow(IndexFault);
  });
});
