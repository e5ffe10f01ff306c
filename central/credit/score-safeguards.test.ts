import { describe, expect, it } from 'vitest';
import { counterfactual } from './counterfactual.ts';
import type { ValueRange } from './feature-bins.ts';
import { populationStability } from './population-stability.ts';
import { scoreConfidence, scoredPast } from './score-confidence.ts';
import { knownShare, refusalToLearn, refusalToScore } from './score-refusal.ts';
import { explainScore, type Scorecard } from './scorecard.ts';

/** Typed as what it stands for: the matcher itself is `any`. */
const near = (value: number, digits: number): unknown => expect.closeTo(value, digits);

const LIQUIDITY = { kind: 'number', name: 'liquidity', cuts: [1, 2, 3] } as const;
const DEBT = { kind: 'number', name: 'debt', cuts: [0.5] } as const;
const TRADE = {
  kind: 'category',
  name: 'trade',
  levels: [['tea'], [], ['gold']],
  otherBin: 2,
} as const;

const scorecard: Scorecard = {
  kind: 'glassbox',
  basePoints: 600,
  calibration: { centre: 600, offset: -2, slope: -0.014 },
  terms: [
    { bins: [LIQUIDITY], points: Int32Array.of(0, -40, 0, 30, 35) },
    { bins: [DEBT], points: Int32Array.of(0, 20, -20) },
    { bins: [TRADE], points: Int32Array.of(0, 10, 0, -50) },
    {
      bins: [LIQUIDITY, DEBT],
      points: Int32Array.of(0, 0, 0, 0, 0, -15, 0, 0, 0, 0, 0, 0, 0, 5, 0),
    },
  ],
};
const company = new Map<string, string | number>([
  ['liquidity', 0.5],
  ['debt', 0.9],
  ['trade', 'gold'],
]);

const BELOW_1 = { kind: 'number', from: null, below: 1 } as const;
const FROM_HALF = { kind: 'number', from: 0.5, below: null } as const;
const at = (term: string, words: string, range: ValueRange) => {
  return { term, at: words, parts: [{ feature: term, range }] };
};

describe('a score', () => {
  it('tells its reasons', () => {
    expect(explainScore(scorecard, company)).toEqual({
      score: 475,
      basePoints: 600,
      probabilityBad: near(1 / (1 + Math.exp(2 + 0.014 * (475 - 600))), 9),
      reasons: [
        { code: 'R03', ...at('trade', 'gold', { kind: 'levels', levels: ['gold'] }), points: -50 },
        { code: 'R01', ...at('liquidity', 'below 1', BELOW_1), points: -40 },
        { code: 'R02', ...at('debt', 'from 0.5', FROM_HALF), points: -20 },
        {
          code: 'R04',
          term: 'liquidity & debt',
          at: 'below 1 & from 0.5',
          parts: [
            { feature: 'liquidity', range: BELOW_1 },
            { feature: 'debt', range: FROM_HALF },
          ],
          points: -15,
        },
      ],
    });
  });
});

describe('what would lift a company', () => {
  const wish = { changeable: new Set(['liquidity', 'debt']), mostChanges: 2 };

  it('is the smallest change that is enough', () => {
    expect(counterfactual(scorecard, company, { ...wish, score: 525 })).toEqual({
      changes: [
        {
          feature: 'liquidity',
          from: 0.5,
          to: 'at least 1',
          range: { kind: 'number', from: 1, below: null },
          points: 55,
        },
      ],
      score: 530,
      reached: true,
    });
  });

  it('is several changes where one is not enough', () => {
    const { changes, score, reached } = counterfactual(scorecard, company, { ...wish, score: 600 });
    expect(changes.map(({ feature, to }) => `${feature} ${to}`)).toEqual([
      'liquidity at least 3',
      'debt below 0.5',
    ]);
    expect(score).toBe(605 + 5);
    expect(reached).toBe(true);
  });

  it('never touches what a company cannot change, and says when it is not enough', () => {
    const tooMuch = counterfactual(scorecard, company, { ...wish, score: 700 });
    expect(tooMuch.reached).toBe(false);
    expect(tooMuch.changes.map(({ feature }) => feature)).not.toContain('trade');
    const anything = counterfactual(scorecard, company, {
      score: 535,
      changeable: new Set(['trade']),
      mostChanges: 1,
    });
    expect(anything).toMatchObject({
      changes: [{ feature: 'trade', to: 'tea', points: 60 }],
      reached: true,
    });
  });
});

describe('confidence', () => {
  it('is what came of companies with a like score', () => {
    const scores = Array.from({ length: 2_000 }, (_, i) => i);
    const bad = Uint8Array.from(scores, (score) => (score < 1_000 && score % 2 === 0 ? 1 : 0));
    const past = scoredPast(scores.toReversed(), bad.toReversed());
    const low = scoreConfidence(past, 500, 0.75);
    expect(low).toMatchObject({ comparable: 200, bad: 100, knownShare: 0.75 });
    expect([low.low, low.high].map((share) => share.toFixed(3))).toEqual(['0.431', '0.569']);
    expect(scoreConfidence(past, 1_500, 1)).toMatchObject({ bad: 0, low: 0 });
    expect(scoreConfidence(past, 9_999, 1).comparable).toBe(100);
    expect(scoreConfidence(scoredPast([], new Uint8Array(0)), 1, 1)).toMatchObject({
      low: 0,
      high: 1,
    });
  });
});

describe('refusal', () => {
  it('is for companies of which too little is known', () => {
    expect(knownShare(scorecard, company)).toBe(1);
    expect(refusalToScore(scorecard, company)).toBeUndefined();
    expect(refusalToScore(scorecard, new Map([['debt', 1]]))).toBe('too-little-known');
  });

  it('is for tables with too little in them to learn from', () => {
    const labels = (bads: number, goods: number): Uint8Array =>
      new Uint8Array(bads + goods).fill(1, 0, bads);
    expect(refusalToLearn(labels(50, 100))).toBe('too-few-companies');
    expect(refusalToLearn(labels(29, 400))).toBe('too-few-bad');
    expect(refusalToLearn(labels(400, 29))).toBe('too-few-good');
    expect(refusalToLearn(labels(30, 170))).toBeUndefined();
  });
});

describe('population stability', () => {
  it('tells how far the companies have moved', () => {
    expect(populationStability([100, 200, 300], [10, 20, 30])).toMatchObject({ verdict: 'stable' });
    const { index, verdict } = populationStability([5_000, 5_000], [8_000, 2_000]);
    expect(index).toBeCloseTo(0.3 * Math.log(1.6) - 0.3 * Math.log(0.4), 3);
    expect(verdict).toBe('moved');
    expect(populationStability([5_000, 5_000], [6_700, 3_300])).toMatchObject({
      verdict: 'moving',
    });
    expect(populationStability([10, 0], [0, 10]).index).toBeLessThan(10);
  });
});
