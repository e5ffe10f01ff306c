import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES } from '../../shared/contracts/refusal.ts';
import {
  type DecisionInput,
  decide,
  decideBeforeLooking,
  decideWithoutFace,
  limitFor,
} from './decision.ts';

const thresholds = { sure: 0.5, floor: 0.34, margin: 0.05 - 1e-9 };
const input = (
  scores: readonly number[],
  overrides: Partial<DecisionInput> = {},
): DecisionInput => ({
  live: true,
  certified: true,
  thresholds,
  candidates: scores.map((score, index) => ({ shopperId: `p${index}`, score })),
  ...overrides,
});

describe('decide', () => {
  it.each([
    ['a clear best', input([0.71, 0.2]), { outcome: 'approve', shopperId: 'p0' }],
    ['the only person of the gallery', input([0.5]), { outcome: 'approve', shopperId: 'p0' }],
    ['exactly the margin', input([0.75, 0.7]), { outcome: 'approve', shopperId: 'p0' }],
    ['a hair below the margin', input([0.7499, 0.7]), { outcome: 'fallback', code: 'ambiguous' }],
    ['an empty gallery', input([]), { outcome: 'fallback', code: 'not_recognised' }],
    ['a stranger', input([0.339, 0.1]), { outcome: 'fallback', code: 'not_recognised' }],
    ['the grey zone', input([0.34, 0.1]), { outcome: 'fallback', code: 'ambiguous' }],
    ['just below sure', input([0.4999, 0.1]), { outcome: 'fallback', code: 'ambiguous' }],
    ['two alike', input([0.7, 0.66]), { outcome: 'fallback', code: 'ambiguous' }],
    ['no proof', input([0.9], { certified: false }), { outcome: 'fallback', code: 'ambiguous' }],
    ['an attack', input([0.9], { live: false }), { outcome: 'fallback', code: 'attack_suspected' }],
    ['not a number', input([Number.NaN]), { outcome: 'fallback', code: 'not_recognised' }],
  ] as const)('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });

  it('approves nobody but a live best above every threshold', () => {
    const score = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(score, { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (scores, live, certified) => {
          const sorted = scores.toSorted((a, b) => b - a);
          const verdict = decide(input(sorted, { live, certified }));
          if (verdict.outcome !== 'approve') return;
          const [best = -1, second = -2] = sorted;
          expect(verdict.shopperId).toBe('p0');
          expect(live && certified && best >= 0.5 && best - second >= thresholds.margin).toBe(true);
        },
      ),
    );
  });
});

describe('the limit', () => {
  const limits = { withDepthMinor: 50_000n, colourOnlyMinor: 10_000n };

  it.each([
    [true, 50_000n, undefined],
    [true, 50_001n, 'amount_above_limit'],
    [false, 10_000n, undefined],
    [false, 10_001n, 'amount_above_limit'],
  ])('depth %s, amount %s', (depth, amount, code) => {
    const verdict = decideBeforeLooking(amount, limitFor(limits, depth));
    expect(verdict).toEqual(code === undefined ? undefined : { outcome: 'fallback', code });
  });
});

describe('without a face', () => {
  it.each(REFUSAL_CODES.map((code) => [code]))('%s never approves', (code) => {
    const verdict = decideWithoutFace(code);
    expect(verdict).toMatchObject({ code });
    const looksAgain = /face|light|image$/.test(code);
    expect(verdict.outcome).toBe(looksAgain ? 'decline' : 'fallback');
  });
});
