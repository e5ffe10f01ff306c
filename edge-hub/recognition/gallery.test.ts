import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { Gallery } from './gallery.ts';

/** A unit vector in the plane, `degrees` off the first axis. */
function at(degrees: number): Float32Array {
  const angle = (degrees / 180) * Math.PI;
  return Float32Array.of(Math.cos(angle), Math.sin(angle), 0, 0);
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
    await gallery.fill(
      Array.from({ length: 700 }, (_, i) => ({
        templateId: `a${i}`,
        shopperId: 'a',
        embedding: at(i / 700),
      })),
    );
    await gallery.insert({ templateId: 'b', shopperId: 'b', embedding: at(2) });
    const { candidates } = await gallery.search(at(0));
    expect(candidates.map(({ shopperId }) => shopperId)).toEqual(['a', 'b']);
  });

  it('fills itself with more than it hands over at once', async () => {
    await gallery.fill(
      Array.from({ length: 5_000 }, (_, i) => ({
        templateId: `t${i}`,
        shopperId: `p${i}`,
        embedding: at((i / 5_000) * 360),
      })),
    );
    expect(gallery.size).toBe(5_000);
    expect((await gallery.search(at(90))).candidates[0]?.shopperId).toBe('p1250');
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
