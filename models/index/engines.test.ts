import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GalleryFullError, IndexUnavailableError } from './gallery-index.ts';
import { byScore, type IndexEngine, scoreOf } from './index-engine.ts';
import { INDEX_ENGINES, type IndexEngineName } from './index-settings.ts';
import { openEngine } from './open-engine.ts';

/** Repeatable unit vectors, a tenth of them much like the one before. */
function vectors(dimension: number, count: number, seed: number): Float32Array[] {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const made: Float32Array[] = [];
  for (let i = 0; i < count; i += 1) {
    const base = made.at(-1);
    const near = base !== undefined && next() > 0.8;
    const raw = Float32Array.from({ length: dimension }, (_, k) =>
      near ? (base[k] as number) + next() * 0.01 : next(),
    );
    const length = Math.sqrt(scoreOf(raw, raw));
    made.push(raw.map((value) => value / length));
  }
  return made;
}

/** The engine, or undefined with a word about what is missing here. */
async function openHere(engine: IndexEngineName, dimension: number) {
  try {
    return await openEngine({ engine, dimension });
  } catch (error) {
    if (!(error instanceof IndexUnavailableError)) throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  }
}

const insert = (engine: IndexEngine, id: string, embedding: Float32Array): void =>
  engine.insertMany({ ids: [id], embeddings: embedding });

describe.each(INDEX_ENGINES)('%s', (name) => {
  let isHere = false;
  beforeAll(async () => {
    const engine = await openHere(name, 4);
    isHere = engine !== undefined;
    await engine?.close();
  });

  it('finds what a plain scan finds, through inserts, replacements and erasures', async (test) => {
    test.skip(!isHere, `${name} cannot run here`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4, 128),
        fc.integer(),
        fc.array(fc.tuple(fc.boolean(), fc.nat(30)), { maxLength: 60 }),
        async (dimension, seed, steps) => {
          const engine = await openEngine({ engine: name, dimension });
          const plain = new Map<string, Float32Array>();
          const all = vectors(dimension, steps.length + 3, seed);
          for (const [isInsert, number] of steps) {
            const id = `t${number}`;
            if (isInsert) {
              const row = all.pop() as Float32Array;
              insert(engine, id, row);
              plain.set(id, row);
            } else {
              expect(engine.erase(id)).toBe(plain.delete(id));
            }
          }
          expect(engine.size).toBe(plain.size);
          for (const probe of all.slice(0, 3)) {
            const expected = [...plain]
              .map(([id, row]) => ({ id, score: scoreOf(probe, row) }))
              .toSorted(byScore)
              .slice(0, 5);
            const found = engine.search(probe, { top: 5 });
            expect(found).toEqual({ candidates: expected, certified: true });
          }
          await engine.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('finds everybody in a gallery filled at once', async (test) => {
    test.skip(!isHere, `${name} cannot run here`);
    const dimension = 64;
    // sqlite-vss takes milliseconds for each row.
    const people = vectors(dimension, name === 'sqlite-vss' ? 3_000 : 20_000, 11);
    const embeddings = new Float32Array(people.length * dimension);
    for (const [i, row] of people.entries()) embeddings.set(row, i * dimension);
    const engine = await openEngine({ engine: name, dimension });
    engine.insertMany({ ids: people.map((_, i) => `p${i}`), embeddings });
    for (let i = 0; i < people.length; i += 501) {
      const probe = people[i] as Float32Array;
      const expected = people
        .map((row, k) => ({ id: `p${k}`, score: scoreOf(probe, row) }))
        .toSorted(byScore)
        .slice(0, 3);
      expect(engine.search(probe, { top: 3 }).candidates).toEqual(expected);
    }
    await engine.close();
  });

  it('says where it does not: equal rows beyond those it was asked for', async (test) => {
    test.skip(!isHere, `${name} cannot run here`);
    const engine = await openEngine({ engine: name, dimension: 4 });
    const row = Float32Array.of(0, 1, 0, 0);
    for (let i = 10; i < 60; i += 1) insert(engine, `t${i}`, row);
    const found = engine.search(row, { top: 2 });
    expect(found.candidates.map(({ score }) => score)).toEqual([1, 1]);
    // ours looks at all of them; the others name some of the equal rows, so which is first is not proven
    expect(found.certified).toBe(name === 'exact');
    if (found.certified) expect(found.candidates.map(({ id }) => id)).toEqual(['t10', 't11']);
    await engine.close();
  });

  it('takes a vector whose bytes look like a header, and all that follow', async (test) => {
    test.skip(!isHere, `${name} cannot run here`);
    const engine = await openEngine({ engine: name, dimension: 64 });
    const rows = vectors(64, 40, 3);
    // 76 01 first: sqlite-vss reads such bytes as a header and loses the transaction's other rows
    const looksLikeHeader = rows[5] as Float32Array;
    new Uint8Array(looksLikeHeader.buffer).set([0x76, 0x01]);
    const embeddings = new Float32Array(40 * 64);
    for (const [i, row] of rows.entries()) embeddings.set(row, i * 64);
    engine.insertMany({ ids: rows.map((_, i) => `t${i}`), embeddings });
    for (const [i, row] of rows.entries()) {
      const [best] = engine.search(row, { top: 1 }).candidates;
      expect(best).toEqual({ id: `t${i}`, score: scoreOf(row, row) });
    }
    await engine.close();
  });
});

describe('sqlite-vss', () => {
  let engine: IndexEngine | undefined;
  beforeAll(async () => {
    engine = await openHere('sqlite-vss', 2_000);
  });
  afterAll(() => engine?.close());

  it('refuses what its blob cannot hold, and changes nothing', async (test) => {
    if (!engine) return test.skip('sqlite-vss cannot run here');
    const count = 62_438;
    const ids = Array.from({ length: count }, (_, i) => `t${i}`);
    const refused = (): void =>
      engine?.insertMany({ ids, embeddings: new Float32Array(count * 2_000) });
    expect(refused).toThrow(GalleryFullError);
    expect(refused).toThrow('at most 62437');
    expect(engine.size).toBe(0);
    expect(engine.search(vectors(2_000, 1, 1)[0] as Float32Array, { top: 1 }).candidates).toEqual(
      [],
    );
  });
});
