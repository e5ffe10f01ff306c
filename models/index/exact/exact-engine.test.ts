import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, GalleryFullError } from '../gallery-index.ts';
import { byScore, scoreOf } from '../index-engine.ts';
import { openKernels } from '../kernel/open-kernel.ts';
import { createKernelMemory } from '../kernel/wasm-kernel.ts';
import { ExactEngine, type ExactEngineOptions } from './exact-engine.ts';
import { layoutFor } from './gallery-layout.ts';

/** WebAssembly always; native ones where set-up could build them. */
const KERNELS = openKernels(createKernelMemory()).map(({ name }) => name);

/** Repeatable numbers from -1 to 1. */
function numbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 2 ** 32) * 2 - 1;
  };
}

/** Unit vectors; every so often one much like an earlier one, as look-alikes are, the same again, or mostly zeros. */
function vectorMaker(dimension: number, seed: number): () => Float32Array {
  const next = numbers(seed);
  let last = new Float32Array(dimension);
  last[0] = 1;
  return () => {
    const kind = Math.abs(next());
    if (kind < 0.1) return last;
    const raw = Float64Array.from(last, (value) => {
      if (kind < 0.4) return value + next() * 0.02;
      return kind < 0.5 && next() < 0.9 ? 0 : next();
    });
    const length = Math.hypot(...raw);
    if (length > 0) last = Float32Array.from(raw, (value) => value / length);
    return last;
  };
}

/** A full scan in plain JavaScript. */
function plainScan(gallery: ReadonlyMap<string, Float32Array>, probe: Float32Array): Candidate[] {
  return [...gallery].map(([id, row]) => ({ id, score: scoreOf(probe, row) })).toSorted(byScore);
}

function engineOf(kernel: string, options: ExactEngineOptions) {
  const memory = createKernelMemory();
  return { memory, engine: new ExactEngine(memory, { kernel, threads: 1, ...options }) };
}

function insert(engine: ExactEngine, id: string, embedding: Float32Array): void {
  engine.insertMany({ ids: [id], embeddings: embedding });
}

describe.each(KERNELS)('ExactEngine (%s)', (kernel) => {
  it('finds what a plain scan finds, whatever was inserted, replaced and erased before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 64, 128, 200, 512),
        fc.integer(),
        fc.array(fc.tuple(fc.constantFrom('insert', 'erase'), fc.integer({ min: 0, max: 40 })), {
          maxLength: 120,
        }),
        fc.integer({ min: 1, max: 12 }),
        (...[dimension, seed, steps, top]) => {
          const { engine } = engineOf(kernel, { dimension });
          const plain = new Map<string, Float32Array>();
          const next = vectorMaker(dimension, seed);
          for (const [kind, number] of steps) {
            const id = `t${number}`;
            if (kind === 'insert') {
              const row = next();
              insert(engine, id, row);
              plain.set(id, row);
            }
            const erased = kind === 'erase' && engine.erase(id);
            expect([erased, engine.size]).toEqual([
              kind === 'erase' && plain.delete(id),
              plain.size,
            ]);
          }
          for (let i = 0; i < 3; i += 1) {
            const probe = next();
            const found = engine.search(probe, { top });
            expect(found).toEqual({
              certified: true,
              candidates: plainScan(plain, probe).slice(0, top),
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    { threads: 1, helpersFrom: 0 },
    { threads: 3, helpersFrom: 5_000 },
  ])('stays exact beyond a segment, while it changes, with %j', async (options) => {
    const { engine } = engineOf(kernel, { dimension: 512, prefilterFrom: 2_000, ...options });
    const next = vectorMaker(512, 99);
    const plain = new Map<string, Float32Array>();
    for (let i = 0; i < 9_000; i += 1) {
      const row = next();
      insert(engine, `t${i}`, row);
      plain.set(`t${i}`, row);
    }
    for (let i = 0; i < 60; i += 1) {
      const probe = next();
      const expected = plainScan(plain, probe).slice(0, 5);
      expect(engine.search(probe, { top: 5 }).candidates).toEqual(expected);
      // from a score on the answer is certified; below it says that it is not
      const certifyFrom = 0.5;
      const quick = engine.search(probe, { top: 5, certifyFrom });
      expect(quick.certified).toBe((quick.candidates[0]?.score ?? 0) >= certifyFrom);
      if (quick.certified) expect(quick.candidates).toEqual(expected);
      const gone = `t${i * 149}`;
      expect(engine.erase(gone)).toBe(plain.delete(gone));
      const id = `n${i}`;
      insert(engine, id, probe);
      plain.set(id, probe);
    }
    await engine.close();
  });

  it('finds the right person by signs alone, in a gallery of strangers', () => {
    const { engine } = engineOf(kernel, { dimension: 512, prefilterFrom: 0 });
    const next = numbers(7);
    const unit = (raw: Float32Array): Float32Array => {
      const length = Math.sqrt(scoreOf(raw, raw));
      return raw.map((value) => value / length);
    };
    const people = Array.from({ length: 12_000 }, () =>
      unit(Float32Array.from({ length: 512 }, () => next() + next() + next())),
    );
    people.forEach((row, i) => insert(engine, `p${i}`, row));
    for (let i = 0; i < 100; i += 1) {
      const person = people[i * 113] as Float32Array;
      // cosine of about 0.5 to the person
      const probe = unit(person.map((value) => value + (next() + next() + next()) * 0.077));
      const { candidates, certified } = engine.search(probe, { top: 1, certifyFrom: 2 });
      expect(certified).toBe(false);
      expect(candidates[0]?.id).toBe(`p${i * 113}`);
      expect(candidates[0]?.score).toBeLessThan(0.65);
    }
  });

  it('refuses more than its memory holds, before it has taken any', () => {
    const { engine } = engineOf(kernel, { dimension: 512 });
    const up = Float32Array.from({ length: 512 }, (_, i) => (i === 2 ? 1 : 0));
    insert(engine, 'first', up);
    const ids = Array.from({ length: 1_700_000 }, (_, i) => `t${i}`);
    const refused = (): void => engine.insertMany({ ids, embeddings: new Float32Array() });
    expect(refused).toThrow(GalleryFullError);
    expect(engine.size).toBe(1);
    insert(engine, 'second', up);
    expect(engine.search(up, { top: 3 }).candidates.map(({ id }) => id)).toEqual([
      'first',
      'second',
    ]);
  });

  it('keeps memory ready that an insert need not wait for, and no more than that', () => {
    const { memory, engine } = engineOf(kernel, { dimension: 64 });
    const { firstSegment, segmentBytes } = layoutFor(64);
    const segments = (): number =>
      Math.floor((memory.buffer.byteLength - firstSegment) / segmentBytes);
    const prepareAll = (): void => {
      for (let steps = 0; engine.prepare(); steps += 1) expect(steps).toBeLessThan(1_000);
    };
    prepareAll();
    expect(segments()).toBe(1);
    const rows = 3_500;
    const make = vectorMaker(64, 9);
    const embeddings = new Float32Array(rows * 64);
    for (let i = 0; i < rows; i += 1) embeddings.set(make(), i * 64);
    engine.insertMany({ ids: Array.from({ length: rows }, (_, i) => `t${i}`), embeddings });
    const before = engine.search(embeddings.subarray(0, 64), { top: 5 });
    prepareAll();
    expect(segments()).toBe(2);
    expect(engine.search(embeddings.subarray(0, 64), { top: 5 })).toEqual(before);
  });

  it('searches galleries of no and of one row', () => {
    const { engine } = engineOf(kernel, { dimension: 4 });
    const east = Float32Array.of(1, 0, 0, 0);
    expect(engine.search(east, { top: 5 }).candidates).toEqual([]);
    insert(engine, 'only', Float32Array.of(0, 1, 0, 0));
    expect(engine.search(east, { top: 5 }).candidates).toEqual([{ id: 'only', score: 0 }]);
    const south = Float32Array.of(0, -1, 0, 0);
    expect(engine.search(south, { top: 5 }).candidates).toEqual([{ id: 'only', score: -1 }]);
  });

  it('orders equal scores by id and cuts them there, however many there are', () => {
    const { engine } = engineOf(kernel, { dimension: 512 });
    const up = Float32Array.from({ length: 512 }, (_, i) => (i === 2 ? 1 : 0));
    for (let i = 9_999; i >= 1_000; i -= 1) insert(engine, `t${i}`, up);
    const found = engine.search(up, { top: 3 });
    expect(found.candidates.map(({ id }) => id)).toEqual(['t1000', 't1001', 't1002']);
  });

  it('leaves no byte of an erased row or of a probe in the memory', () => {
    const { memory, engine } = engineOf(kernel, { dimension: 512, prefilterFrom: 0 });
    const next = numbers(5);
    const rows = Array.from({ length: 3_000 }, () => {
      const raw = Float32Array.from({ length: 512 }, next);
      return raw.map((value) => value / Math.sqrt(scoreOf(raw, raw)));
    });
    rows.forEach((row, i) => insert(engine, `t${i}`, row));
    const [first, probe] = rows as [Float32Array, Float32Array];
    const holds = (row: Float32Array): boolean =>
      Buffer.from(memory.buffer).includes(Buffer.from(row.buffer).subarray(0, 64));
    engine.erase('t1');
    engine.search(probe, { top: 1 });
    engine.search(probe, { top: 1, certifyFrom: 2 });
    expect([holds(first), holds(probe)]).toEqual([true, false]);
    rows.forEach((_, i) => engine.erase(`t${i}`));
    // in no plane is anything left of anybody, nor of what was made of the probe
    const { probe: wiped, firstSegment } = layoutFor(512);
    const parts = [
      new Uint8Array(memory.buffer, wiped.from, wiped.to - wiped.from),
      new Uint8Array(memory.buffer, firstSegment),
    ];
    expect(parts.map((part) => part.findIndex((byte) => byte !== 0))).toEqual([-1, -1]);
  });
});
