import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from './gallery-index.ts';
import { GalleryRows } from './gallery-rows.ts';
import { createKernelMemory } from './kernel/scan-kernel.ts';

/** Repeatable vectors; every so often one much like an earlier one, as look-alikes are. */
function vectorMaker(dimension: number, seed: number): () => Float32Array {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * 2 - 1;
  };
  let last: Float32Array | undefined;
  return () => {
    const near = last && next() > 0.6 ? last : undefined;
    const raw = Float64Array.from(
      { length: dimension },
      (_, i) => next() * (near ? 0.02 : 1) + (near?.[i] ?? 0),
    );
    const length = Math.hypot(...raw) || 1;
    last = Float32Array.from(raw, (value) => value / length);
    if (length === 1 && Math.hypot(...last) === 0) last[0] = 1;
    return last;
  };
}

/** A full scan in plain JavaScript. */
function plainScan(gallery: ReadonlyMap<string, Float32Array>, query: Float32Array): Candidate[] {
  return [...gallery]
    .map(([id, row]) => ({
      id,
      score: row.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0),
    }))
    .toSorted((p, q) => q.score - p.score || (p.id < q.id ? -1 : 1));
}

function rowsOf(dimension: number) {
  const memory = createKernelMemory();
  return { memory, rows: new GalleryRows(memory, { dimension, initialCapacity: 0 }) };
}

/** Float32 sums in another order differ in their last digits, so near ties may swap. */
function expectSame(found: readonly Candidate[], plain: readonly Candidate[], top: number): void {
  expect(found).toHaveLength(Math.min(top, plain.length));
  const scoreOf = new Map(plain.map(({ id, score }) => [id, score]));
  found.forEach(({ id, score }, rank) => {
    expect(score).toBeCloseTo(scoreOf.get(id) ?? Number.NaN, 5);
    expect(score).toBeCloseTo(plain[rank]?.score ?? Number.NaN, 5);
  });
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
}

describe('GalleryRows', () => {
  it('finds what a plain scan finds, whatever was inserted, replaced and erased before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 16, 128, 256),
        fc.integer(),
        fc.array(fc.tuple(fc.constantFrom('insert', 'erase'), fc.integer({ min: 0, max: 40 })), {
          maxLength: 120,
        }),
        fc.integer({ min: 1, max: 12 }),
        (...[dimension, seed, steps, top]) => {
          const { rows } = rowsOf(dimension);
          const plain = new Map<string, Float32Array>();
          const next = vectorMaker(dimension, seed);
          for (const [kind, number] of steps) {
            const id = `t${number}`;
            if (kind === 'insert') {
              const row = Float32Array.from(next());
              rows.insert(id, row);
              plain.set(id, row);
            }
            const erased = kind === 'erase' && rows.erase(id);
            expect([erased, rows.size]).toEqual([kind === 'erase' && plain.delete(id), plain.size]);
          }
          for (let i = 0; i < 3; i += 1) {
            const query = Float32Array.from(next());
            expectSame(rows.search(query, top), plainScan(plain, query), top);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('grows past a segment and stays exact at 512 values', () => {
    const { rows } = rowsOf(512);
    const next = vectorMaker(512, 99);
    const plain = new Map<string, Float32Array>();
    for (let i = 0; i < 4_200; i += 1) {
      const row = Float32Array.from(next());
      rows.insert(`t${i}`, row);
      plain.set(`t${i}`, row);
    }
    expect(rows.size).toBe(4_200);
    for (const query of [next(), next(), plain.get('t4150') ?? next()]) {
      expectSame(rows.search(query, 5), plainScan(plain, query), 5);
    }
  });

  it('searches galleries of no and of one row', () => {
    const { rows } = rowsOf(4);
    const east = Float32Array.of(1, 0, 0, 0);
    expect(rows.search(east, 5)).toEqual([]);
    rows.insert('only', Float32Array.of(0, 1, 0, 0));
    expect(rows.search(east, 5)).toEqual([{ id: 'only', score: 0 }]);
    expect(rows.search(Float32Array.of(0, -1, 0, 0), 5)).toEqual([{ id: 'only', score: -1 }]);
  });

  it('orders equal scores by id and cuts them there', () => {
    const { rows } = rowsOf(4);
    for (const id of ['c', 'a', 'd', 'b']) rows.insert(id, Float32Array.of(0, 0, 1, 0));
    const found = rows.search(Float32Array.of(0, 0, 1, 0), 2);
    expect(found.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('leaves no byte of an erased row or of a probe in the memory', () => {
    const { memory, rows } = rowsOf(64);
    const next = vectorMaker(64, 5);
    const erased = Float32Array.from(next());
    const kept = Float32Array.from(next());
    const probe = Float32Array.from(next());
    const holds = (row: Float32Array): boolean =>
      Buffer.from(memory.buffer).includes(Buffer.from(row.buffer).subarray(0, 32));
    rows.insert('kept', kept);
    rows.insert('erased', erased);
    rows.search(probe, 1);
    expect([holds(kept), holds(erased), holds(probe)]).toEqual([true, true, false]);
    expect(rows.erase('erased')).toBe(true);
    expect([holds(kept), holds(erased)]).toEqual([true, false]);
    expect(rows.erase('erased')).toBe(false);
    rows.insert('kept', Float32Array.from(next()));
    expect(holds(kept)).toBe(false);
  });

  it('refuses vectors of another dimension or length, and changes nothing', () => {
    const { rows } = rowsOf(4);
    const refused = [
      Float32Array.of(1, 0, 0),
      Float32Array.of(2, 0, 0, 0),
      Float32Array.of(0, 0, 0, 0),
      Float32Array.of(Number.NaN, 0, 0, 1),
    ];
    for (const row of refused) {
      expect(() => rows.insert('x', row)).toThrow(RangeError);
      expect(() => rows.search(row, 1)).toThrow(RangeError);
    }
    expect(rows.size).toBe(0);
  });
});
