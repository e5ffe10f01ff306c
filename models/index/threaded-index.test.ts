import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type GalleryIndex,
  IndexFault,
  IndexUnavailableError,
  type SearchResult,
} from './gallery-index.ts';
import { INDEX_ENGINES, type IndexEngineName } from './index-settings.ts';
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

/** The engine, or undefined where it cannot run here. */
async function openHere(engine: IndexEngineName): Promise<GalleryIndex | undefined> {
  try {
    return await openGalleryIndex({ engine, dimension: 4 });
  } catch (error) {
    if (error instanceof IndexUnavailableError) return undefined;
    throw error;
  }
}

describe.each(INDEX_ENGINES)('%s, on its thread', (engine) => {
  it('finds all old templates of a person or all new ones while they are replaced', async (test) => {
    const index = await openHere(engine);
    if (!index) return test.skip(`${engine} cannot run here`);
    const sets = [
      ['a1', 'a2', 'a3'],
      ['b1', 'b2'],
      ['b2', 'c1', 'c2', 'c3', 'c4'],
    ];
    const setOf = (step: number): readonly string[] => sets[step % sets.length] ?? [];
    const insertOf = (ids: readonly string[]) => ({
      ids,
      embeddings: Float32Array.from(ids.flatMap(() => [...X])),
    });
    await index.insertMany(insertOf(setOf(0)));
    await index.insert('y', Y);
    const searches: Promise<SearchResult>[] = [];
    const updates: Promise<void>[] = [];
    for (let step = 1; step <= 60; step += 1) {
      const next = setOf(step);
      const erase = setOf(step - 1).filter((id) => !next.includes(id));
      searches.push(index.search(X, { top: 10 }));
      updates.push(index.update({ erase, insert: insertOf(next) }));
      searches.push(index.search(X, { top: 10 }));
    }
    await Promise.all(updates);
    for (const [i, { candidates }] of (await Promise.all(searches)).entries()) {
      const ids = candidates.filter(({ score }) => score === 1).map(({ id }) => id);
      expect(ids).toEqual(setOf((i + 1) >> 1));
    }
    await index.close();
  });

  it('reads values in shared memory where they are, and leaves them', async (test) => {
    const index = await openHere(engine);
    if (!index) return test.skip(`${engine} cannot run here`);
    const embeddings = new Float32Array(new SharedArrayBuffer(32)).subarray(4);
    embeddings.set(Y);
    await index.insertMany({ ids: ['y'], embeddings });
    expect([...embeddings]).toEqual([...Y]);
    expect((await index.search(Y, { top: 1 })).candidates).toEqual([{ id: 'y', score: 1 }]);
    await index.close();
  });
});

it('changes nothing where a part of an update is refused, and erases what it inserts', async () => {
  const index = await openGalleryIndex({ engine: 'exact', dimension: 4 });
  await index.insert('x', X);
  const bad = { ids: ['y'], embeddings: Float32Array.of(0, 2, 0, 0) };
  await expect(index.update({ erase: ['x'], insert: bad })).rejects.toThrow(RangeError);
  expect((await index.search(X, { top: 3 })).candidates).toEqual([{ id: 'x', score: 1 }]);
  const insert = { ids: ['y', 'z'], embeddings: Float32Array.of(...Y, ...X) };
  await index.update({ erase: ['x', 'y', 'nobody'], insert });
  expect((await index.search(X, { top: 3 })).candidates).toEqual([{ id: 'z', score: 1 }]);
  await index.close();
});
