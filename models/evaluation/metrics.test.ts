import { describe, expect, it } from 'vitest';
import { compareAllPairs } from './all-pairs.ts';
import { parsePairs } from './pair-list.ts';
import { acceptanceAt, equalErrorRate, ScoreCounts } from './score-counts.ts';
import { crossValidatedAccuracy } from './verification-accuracy.ts';

function counted(scores: readonly number[]): ScoreCounts {
  const counts = new ScoreCounts();
  for (const score of scores) counts.add(score);
  return counts;
}

/** 0, 1/n, 2/n... */
function ramp(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i / n);
}

describe('acceptanceAt', () => {
  const impostor = counted(ramp(10_000));

  it('accepts what lies above all but the allowed impostors', () => {
    // 10 of 10,000 impostors may pass: those from 0.999 on.
    const genuine = counted([0.5, 0.9985, 0.9989, 0.9991, 0.99999]);
    expect(acceptanceAt(1e-3, { genuine, impostor })).toBe(0.4);
    expect(acceptanceAt(0.5, { genuine, impostor })).toBe(1);
  });

  it('takes scores that tie with a forbidden impostor for rejected', () => {
    const tied = counted([...ramp(10_000), ...Array.from({ length: 20 }, () => 0.9999)]);
    expect(acceptanceAt(1e-3, { genuine: counted([0.9999, 0.99999]), impostor: tied })).toBe(0.5);
  });

  it('is silent where the impostors are too few', () => {
    const genuine = counted([0.9]);
    expect(acceptanceAt(1e-4, { genuine, impostor })).toBeNull();
    expect(acceptanceAt(1e-3, { genuine: counted([]), impostor })).toBeNull();
  });
});

describe('equalErrorRate', () => {
  it('is 0 for parted and a half for equal distributions', () => {
    expect(equalErrorRate({ genuine: counted([0.8, 0.9]), impostor: counted([0.1, 0.2]) })).toBe(0);
    const same = ramp(1_000);
    expect(equalErrorRate({ genuine: counted(same), impostor: counted(same) })).toBeCloseTo(0.5, 2);
  });

  it('finds the crossing', () => {
    const genuine = counted(ramp(1_000).map((x) => x * 0.6 + 0.4));
    const impostor = counted(ramp(1_000).map((x) => x * 0.6));
    // Both lose what lies beyond 0.5, the middle of their overlap: a sixth.
    expect(equalErrorRate({ genuine, impostor })).toBeCloseTo(1 / 6, 2);
  });
});

function foldOf(number: number, shift: number) {
  return [0.1, 0.2, 0.3].flatMap((score) => [
    { score: score + shift, genuine: false, fold: number },
    { score: score + 0.5 + shift, genuine: true, fold: number },
  ]);
}

describe('crossValidatedAccuracy', () => {
  it('judges each fold with the threshold of the others', () => {
    expect(crossValidatedAccuracy([...foldOf(0, 0), ...foldOf(1, 0)])).toBe(1);
    // A fold that lies wholly elsewhere is judged by the wrong threshold: it was not learnt from itself.
    expect(crossValidatedAccuracy([...foldOf(0, 0), ...foldOf(1, 1)])).toBeLessThanOrEqual(0.5);
    expect(crossValidatedAccuracy(foldOf(0, 0))).toBeNull();
  });
});

describe('parsePairs', () => {
  it("reads LFW's pairs", () => {
    const text = '2\t1\nAnn\t1\t4\nAnn\t2\tBob_Lee\t12\nEve\t1\t2\nEve\t1\tAnn\t3\n';
    expect(parsePairs(text)).toEqual([
      { a: 'Ann/Ann_0001.jpg', b: 'Ann/Ann_0004.jpg', genuine: true, fold: 0 },
      { a: 'Ann/Ann_0002.jpg', b: 'Bob_Lee/Bob_Lee_0012.jpg', genuine: false, fold: 0 },
      { a: 'Eve/Eve_0001.jpg', b: 'Eve/Eve_0002.jpg', genuine: true, fold: 1 },
      { a: 'Eve/Eve_0001.jpg', b: 'Ann/Ann_0003.jpg', genuine: false, fold: 1 },
    ]);
  });

  it('reads labelled paths and deals them to folds', () => {
    const text = 'genuine\ta/1.png\ta/2.png\r\n0\ta/1.png\tb/1.png\n1\tb/1.png\tb/2.png\n';
    expect(parsePairs(text).map(({ genuine, fold }) => [genuine, fold])).toEqual([
      [true, 0],
      [false, 0],
      [true, 1],
    ]);
  });

  it.each([
    ['', 'no pairs'],
    ['1\ta.jpg\n', 'line 1'],
    ['1\ta\tb\nmaybe\ta\tb\n', 'line 2'],
    ['10\t300\nAnn\tx\t2\n', '"x" is not'],
  ])('says what is wrong with %j', (text, why) => {
    expect(() => parsePairs(text)).toThrow(why);
  });
});

it('compares all pairs once each', () => {
  const embeddings = [0, 0.1, 1.5, 1.6, 3].map((angle) =>
    Float32Array.of(Math.cos(angle), Math.sin(angle)),
  );
  const { genuine, impostor } = compareAllPairs(embeddings, ['p', 'p', 'q', 'q', 'r']);
  expect([genuine.total, impostor.total]).toEqual([2, 8]);
  expect(acceptanceAt(1, { genuine, impostor })).toBeNull();
  expect(equalErrorRate({ genuine, impostor })).toBe(0);
});
