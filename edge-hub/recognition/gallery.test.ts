import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { Gallery, type GalleryBatch } from './gallery.ts';

/** A unit vector in the plane, `degrees` off the first axis. */
function at(degrees: number): Float32Array {
  const angle = (degrees / 180) * Math.PI;
  return Float32Array.of(Math.cos(angle), Math.sin(angle), 0, 0);
}

function batchOf(
  entries: readonly { templateId: string; shopperId: string; degrees: number }[],
): GalleryBatch {
  const embeddings = new Float32Array(entries.length * 4);
  for (const [i, { degrees }] of entries.entries()) embeddings.set(at(degrees), i * 4);
  return {
    templateIds: entries.map(({ templateId }) => templateId),
    shopperIds: entries.map(({ shopperId }) => shopperId),
    embeddings,
  };
}

describe('Gallery', () => {
  let index: GalleryIndex;
  let gallery: Gallery;
  beforeEach(async () => {
    index = await openGalleryIndex({ engine: 'exact', dimension: 4 });
    gallery = new Gallery(index);
  });
  afterEach(() => index.close());

  it('gives one entry per person with the best of their templates', async () => {
    await gallery.insert({ templateId: 'a1', shopperId: 'a', embedding: at(30) });
    await gallery.insert({ templateId: 'a2', shopperId: 'a', embedding: at(10) });
    await gallery.insert({ templateId: 'b1', shopperId: 'b', embedding: at(20) });
    const { candidates, certified } = await gallery.search(at(0));
    expect(certified).toBe(true);
    expect(candidates.map(({ shopperId }) => shopperId)).toEqual(['a', 'b']);
    expect(candidates[0]?.score).toBeCloseTo(Math.cos(Math.PI / 18), 6);
  });

  it('sees the second person behind however many templates of the first', async () => {
    const many = Array.from({ length: 700 }, (_, i) => i);
    await gallery.insertMany(
      batchOf(many.map((i) => ({ templateId: `a${i}`, shopperId: 'a', degrees: i / 700 }))),
    );
    await gallery.insert({ templateId: 'b', shopperId: 'b', embedding: at(2) });
    const { candidates } = await gallery.search(at(0));
    expect(candidates.map(({ shopperId }) => shopperId)).toEqual(['a', 'b']);
  });

  it('finds a person by the new templates or the old ones while they are replaced, never by none', async () => {
    await gallery.insert({ templateId: 'b', shopperId: 'b', embedding: at(90) });
    const sets = [
      ['a1', 'a2', 'a3'],
      ['a4', 'a5'],
      ['a5', 'a6', 'a7', 'a8'],
    ];
    const probe = at(0);
    const replaceBy = (templateIds: readonly string[]) => {
      const { embeddings } = batchOf(
        templateIds.map((templateId) => ({ templateId, shopperId: 'a', degrees: 1 })),
      );
      return gallery.replaceShopper('a', { templateIds, embeddings });
    };
    await replaceBy(sets[0] ?? []);
    const progress = { replacing: true };
    const replaced = (async () => {
      for (let i = 1; i < 200; i += 1) await replaceBy(sets[i % sets.length] ?? []);
      progress.replacing = false;
    })();
    let searches = 0;
    for (; progress.replacing; searches += 3) {
      const found = await Promise.all([1, 2, 3].map(() => gallery.search(probe)));
      for (const { candidates } of found) {
        expect(candidates.map(({ shopperId }) => shopperId)).toEqual(['a', 'b']);
      }
    }
    await replaced;
    expect(searches).toBeGreaterThan(50);
    expect(gallery.size).toBe(1 + (sets[199 % sets.length] ?? []).length);
    expect(gallery.peopleCount).toBe(2);
  });

  it('takes all of a person out, and nobody else', async () => {
    for (const [templateId, shopperId, degrees] of [
      ['a1', 'a', 0],
      ['b1', 'b', 5],
      ['a2', 'a', 10],
    ] as const) {
      await gallery.insert({ templateId, shopperId, embedding: at(degrees) });
    }
    // a template that has changed hands belongs to its present owner alone
    await gallery.insert({ templateId: 'a1', shopperId: 'b', embedding: at(0) });
    await gallery.eraseShopper('a');
    expect(gallery.size).toBe(2);
    expect((await gallery.search(at(10))).candidates.map((person) => person.shopperId)).toEqual([
      'b',
    ]);
    await gallery.eraseShopper('b');
    expect((await gallery.search(at(0))).candidates).toEqual([]);
  });

  it('names nobody whose erasure was asked for, also before the index has done it', async () => {
    await gallery.insert({ templateId: 'a1', shopperId: 'a', embedding: at(0) });
    const searched = gallery.search(at(0));
    const erased = gallery.eraseShopper('a');
    expect((await searched).candidates).toEqual([]);
    await erased;
  });
});
