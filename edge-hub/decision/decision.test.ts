import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES } from '../../shared/contracts/refusal.ts';
import { type AmountPolicy, tiersFor } from './amount-tiers.ts';
import {
  type DecisionCandidate,
  type DecisionInput,
  decide,
  decideBeforeLooking,
  decideWithoutFace,
  type Knowledge,
  MAX_WRONG_ANSWERS,
} from './decision.ts';

const thresholds = { sure: 0.5, likely: 0.36, floor: 0.34, margin: 0.05 - 1e-9 };
const amounts: AmountPolicy = {
  pinAboveMinor: 20_000n,
  pinAboveForRegularsMinor: 30_000n,
  minorsLimitMinor: 5_000n,
  withDepthMinor: 50_000n,
  withLightMinor: 40_000n,
  colourOnlyMinor: 10_000n,
};
const tiers = tiersFor(amounts, 'depth');

const SURE = 0.71;
const GREY = 0.4;

/** Somebody with digits and a PIN, new to the shop. */
const person = (score: number, facts: Partial<DecisionCandidate> = {}): DecisionCandidate => ({
  shopperId: 'p0',
  score,
  familiar: false,
  lookAlike: false,
  minor: false,
  lock: 'open',
  last4: 'unasked',
  pin: 'unasked',
  ...facts,
});
const second = (score: number, facts: Partial<DecisionCandidate> = {}): DecisionCandidate =>
  person(score, { shopperId: 'p1', ...facts });

const input = (
  candidates: readonly DecisionCandidate[],
  overrides: Partial<DecisionInput> = {},
): DecisionInput => ({
  liveness: 'live',
  certified: true,
  thresholds,
  candidates,
  amountMinor: 1_250n,
  tiers,
  questions: 'open',
  wrongAnswers: 0,
  ...overrides,
});

const paid = (shopperId = 'p0') => ({ outcome: 'approve', shopperId });
const other = (code: string) => ({ outcome: 'fallback', code });
const asked = (question: 'last4' | 'pin', ...of: string[]) => ({ outcome: 'ask', question, of });

type Row = readonly [name: string, given: DecisionInput, expected: object];

describe('by the face alone', () => {
  it.each<Row>([
    ['a clear best pays', input([person(SURE), second(0.2)]), paid()],
    ['the only person of the gallery pays', input([person(0.5)]), paid()],
    ['exactly the margin is clear', input([person(0.75), second(0.7)]), paid()],
    ['in any order', input([second(0.2), person(SURE)]), paid()],
    ['nobody is known in an empty gallery', input([]), other('not_recognised')],
    ['a stranger is nobody', input([person(0.339), second(0.1)]), other('not_recognised')],
    [
      'a score that is not a number is nobody',
      input([person(Number.NaN)]),
      other('not_recognised'),
    ],
    [
      'nor is anybody beside one',
      input([person(SURE), second(Number.NaN)]),
      other('not_recognised'),
    ],
    [
      'an attack is nobody',
      input([person(0.9)], { liveness: 'attack' }),
      other('attack_suspected'),
    ],
    [
      'thresholds that are no numbers let nobody in',
      input([person(SURE)], {
        thresholds: {
          sure: Number.NaN,
          likely: Number.NaN,
          floor: Number.NaN,
          margin: Number.NaN,
        },
      }),
      other('not_recognised'),
    ],
    [
      'a margin of nothing still tells two apart',
      input([person(SURE), second(SURE)], { thresholds: { ...thresholds, margin: 0 } }),
      asked('last4', 'p0', 'p1'),
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('the grey zone', () => {
  it.each<Row>([
    ['begins at the floor', input([person(0.34)]), asked('last4', 'p0')],
    ['ends just below sure', input([person(0.4999)]), asked('last4', 'p0')],
    [
      'holds whom nobody proved the best',
      input([person(0.9)], { certified: false }),
      asked('last4', 'p0'),
    ],
    ['holds two alike', input([person(0.75), second(0.7001)]), asked('last4', 'p0', 'p1')],
    ['holds who is far behind', input([person(0.45), second(0.38)]), asked('last4', 'p0', 'p1')],
    [
      'asks the PIN too of a regular far behind',
      input([person(0.45, { last4: 'wrong' }), second(0.38, { last4: 'right', familiar: true })]),
      asked('pin', 'p1'),
    ],
    [
      'and of a regular who is not even likely',
      input([person(0.35, { last4: 'right', familiar: true })]),
      asked('pin', 'p0'),
    ],
    ['digits let a regular pay', input([person(GREY, { last4: 'right', familiar: true })]), paid()],
    [
      'digits, then the PIN, of who is new',
      input([person(GREY, { last4: 'right' })]),
      asked('pin', 'p0'),
    ],
    ['digits and PIN pay', input([person(GREY, { last4: 'right', pin: 'right' })]), paid()],
    [
      'digits find the second best',
      input([person(GREY, { last4: 'wrong' }), second(0.37, { last4: 'right', familiar: true })]),
      paid('p1'),
    ],
    [
      'who has no digits is not asked for them',
      input([person(GREY, { last4: 'absent' }), second(0.37)]),
      asked('last4', 'p1'),
    ],
    [
      'without digits there is no question',
      input([person(GREY, { last4: 'absent' })]),
      other('ambiguous'),
    ],
    [
      'without a PIN who is new pays another way',
      input([person(GREY, { last4: 'right', pin: 'absent' })]),
      other('pin_needed'),
    ],
    [
      'wrong digits may be corrected',
      input([person(GREY, { last4: 'wrong' })], { wrongAnswers: 1 }),
      asked('last4', 'p0'),
    ],
    [
      'but not for ever',
      input([person(GREY, { last4: 'wrong' })], { wrongAnswers: 2 }),
      other('answer_wrong'),
    ],
    [
      'a PIN without digits is no way in',
      input([person(GREY, { pin: 'right' })]),
      asked('last4', 'p0'),
    ],
    [
      'the same digits twice are told apart by the PIN',
      input([person(GREY, { last4: 'right' }), second(GREY, { last4: 'right' })]),
      asked('pin', 'p0', 'p1'),
    ],
    [
      'and the PIN says who',
      input([
        person(GREY, { last4: 'right', pin: 'wrong' }),
        second(GREY, { last4: 'right', pin: 'right' }),
      ]),
      paid('p1'),
    ],
    [
      'the same digits and PIN are nobody',
      input([
        person(GREY, { last4: 'right', pin: 'right' }),
        second(GREY, { last4: 'right', pin: 'right' }),
      ]),
      other('ambiguous'),
    ],
    [
      'the same digits, and one has no PIN',
      input([
        person(GREY, { last4: 'right', pin: 'absent', familiar: true }),
        second(GREY, { last4: 'right', pin: 'right' }),
      ]),
      other('ambiguous'),
    ],
    [
      'a terminal that cannot ask offers another way',
      input([person(GREY)], { questions: 'unsupported' }),
      other('ambiguous'),
    ],
    [
      'one that asked too often as well',
      input([person(GREY)], { questions: 'locked' }),
      other('too_many_tries'),
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('the PIN in the sure zone', () => {
  const sure = (facts: Partial<DecisionCandidate>, overrides: Partial<DecisionInput> = {}) =>
    input([person(SURE, facts), second(0.2)], overrides);
  const large = { amountMinor: 20_001n };
  it.each<Row>([
    ['is not asked up to the tier', sure({}, { amountMinor: 20_000n }), paid()],
    ['is asked above it', sure({}, large), asked('pin', 'p0')],
    ['is not asked of a regular yet', sure({ familiar: true }, large), paid()],
    [
      'is asked of a regular above theirs',
      sure({ familiar: true }, { amountMinor: 30_001n }),
      asked('pin', 'p0'),
    ],
    ['lets pay', sure({ pin: 'right' }, large), paid()],
    ['may be corrected', sure({ pin: 'wrong' }, { ...large, wrongAnswers: 1 }), asked('pin', 'p0')],
    [
      'but not for ever',
      sure({ pin: 'wrong' }, { ...large, wrongAnswers: 2 }),
      other('answer_wrong'),
    ],
    ['that is wrong never counts for nothing', sure({ pin: 'wrong' }), asked('pin', 'p0')],
    ['that was never set', sure({ pin: 'absent' }, large), other('pin_needed')],
    [
      'is no use above the limit',
      sure({ pin: 'right' }, { amountMinor: 50_001n }),
      other('amount_above_limit'),
    ],
    ['is asked of look-alikes', sure({ lookAlike: true }), asked('pin', 'p0')],
    ['of a regular who is one too', sure({ lookAlike: true, familiar: true }), asked('pin', 'p0')],
    [
      'is asked where liveness is in doubt',
      sure({ familiar: true }, { liveness: 'doubt' }),
      asked('pin', 'p0'),
    ],
    [
      'cannot be asked by an old terminal',
      sure({}, { ...large, questions: 'unsupported' }),
      other('pin_needed'),
    ],
    ['digits that are wrong make nobody sure', sure({ last4: 'wrong' }), asked('last4', 'p0')],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('minors', () => {
  it.each<Row>([
    [
      'pay up to their limit',
      input([person(SURE, { minor: true })], { amountMinor: 5_000n }),
      paid(),
    ],
    [
      'and no more',
      input([person(SURE, { minor: true })], { amountMinor: 5_001n }),
      other('amount_above_limit'),
    ],
    [
      'with the PIN neither',
      input([person(SURE, { minor: true, pin: 'right' })], { amountMinor: 5_001n }),
      other('amount_above_limit'),
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('a lock', () => {
  it.each<Row>([
    ['of questions leaves the face', input([person(SURE, { lock: 'questions' })]), paid()],
    [
      'of questions closes the grey zone',
      input([person(GREY, { lock: 'questions' })]),
      other('too_many_tries'),
    ],
    [
      'of the person closes all',
      input([person(SURE, { lock: 'closed' })]),
      other('too_many_tries'),
    ],
    [
      'of one does not stop the other',
      input([person(GREY, { lock: 'closed' }), second(GREY)]),
      asked('last4', 'p1'),
    ],
    [
      'is not opened by the right answers',
      input([person(GREY, { lock: 'questions', last4: 'right', pin: 'right' })]),
      other('too_many_tries'),
    ],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('whatever is known', () => {
  const knowledge = fc.constantFrom<Knowledge>('absent', 'unasked', 'right', 'wrong');
  const score = fc.oneof(
    fc.double({ min: -1, max: 1 }),
    // near enough to one another for margins to matter
    fc.double({ min: 0.3, max: 0.55, noNaN: true }),
  );
  const candidates = fc
    .array(
      fc.record({
        score,
        familiar: fc.boolean(),
        lookAlike: fc.boolean(),
        minor: fc.boolean(),
        lock: fc.constantFrom('open', 'questions', 'closed' as const),
        last4: knowledge,
        pin: knowledge,
      }),
      { maxLength: 5 },
    )
    .map((people) => people.map((facts, i) => ({ ...facts, shopperId: `p${i}` })));
  const anything: fc.Arbitrary<DecisionInput> = fc.record({
    liveness: fc.constantFrom('live', 'doubt', 'attack' as const),
    candidates,
    certified: fc.boolean(),
    thresholds: fc.constant(thresholds),
    amountMinor: fc.constantFrom(1n, 5_001n, 20_001n, 30_001n, 50_001n),
    tiers: fc.constant(tiers),
    questions: fc.constantFrom('open', 'locked', 'unsupported' as const),
    wrongAnswers: fc.nat(3),
  });
  const check = (
    holds: (given: DecisionInput, verdict: ReturnType<typeof decide>) => void,
  ): void => {
    const property = fc.property(anything, (given) => holds(given, decide(given)));
    fc.assert(property, { numRuns: 20_000 });
  };
  const fits = ({ last4, pin }: DecisionCandidate): boolean => last4 !== 'wrong' && pin !== 'wrong';

  it('nobody is approved below the floor, or who is not the one that fits every answer', () => {
    check((given, verdict) => {
      if (verdict.outcome !== 'approve') return;
      const who = given.candidates.find(({ shopperId }) => shopperId === verdict.shopperId);
      if (!who) throw new Error('somebody else was approved');
      expect(who.score).toBeGreaterThanOrEqual(thresholds.floor);
      expect(fits(who)).toBe(true);
      expect(who.lock).not.toBe('closed');
      expect(given.liveness).not.toBe('attack');
      expect(given.amountMinor).toBeLessThanOrEqual(tiers.limitMinor);
      if (who.minor) expect(given.amountMinor).toBeLessThanOrEqual(tiers.minorsLimitMinor);
      const best = Math.max(...given.candidates.map((each) => each.score));
      // whoever is below the floor is nobody, whatever they know: they rival no one
      const rivals = given.candidates.filter(
        (each) =>
          each !== who &&
          each.score >= thresholds.floor &&
          best - each.score < thresholds.margin &&
          each.lock === 'open',
      );
      // whoever is as near has not given an answer that the approved one gave
      expect(rivals.every(({ last4, pin }) => last4 !== 'right' || pin !== 'right')).toBe(true);
      if (rivals.length > 0) expect(who.last4).toBe('right');
      if (who.score < thresholds.likely || best - who.score >= thresholds.margin) {
        expect([who.last4, who.pin]).toEqual(['right', 'right']);
      }
    });
  });

  it('who has answered nothing right is approved in the sure zone only', () => {
    check((given, verdict) => {
      if (verdict.outcome !== 'approve') return;
      const who = given.candidates.find(({ shopperId }) => shopperId === verdict.shopperId);
      if (!who || who.last4 === 'right') return;
      expect(given.certified).toBe(true);
      expect(who.score).toBeGreaterThanOrEqual(thresholds.sure);
      for (const each of given.candidates) {
        if (each !== who) expect(who.score - each.score).toBeGreaterThanOrEqual(thresholds.margin);
      }
      if (who.pin === 'right') return;
      expect(who.lookAlike || given.liveness === 'doubt').toBe(false);
    });
  });

  it('only people are asked whom the answer can speak for, and never without end', () => {
    check((given, verdict) => {
      if (verdict.outcome !== 'ask') return;
      expect(given.questions).toBe('open');
      expect(given.wrongAnswers).toBeLessThan(MAX_WRONG_ANSWERS);
      expect(verdict.of.length).toBeGreaterThan(0);
      for (const shopperId of verdict.of) {
        const who = given.candidates.find((each) => each.shopperId === shopperId);
        expect(who?.[verdict.question]).not.toBe('absent');
        expect(who?.lock).not.toBe('closed');
        if (verdict.question === 'pin' && verdict.of.length > 1) expect(who?.last4).toBe('right');
      }
    });
  });
});

describe('the limit', () => {
  it.each([
    ['depth', 50_000n, undefined],
    ['depth', 50_001n, 'amount_above_limit'],
    ['light', 40_000n, undefined],
    ['light', 40_001n, 'amount_above_limit'],
    ['colour', 10_000n, undefined],
    ['colour', 10_001n, 'amount_above_limit'],
  ] as const)('by %s, amount %s', (sight, amount, code) => {
    const verdict = decideBeforeLooking(amount, tiersFor(amounts, sight).limitMinor);
    expect(verdict).toEqual(code === undefined ? undefined : { outcome: 'fallback', code });
  });
});

describe('above the limit of colour alone', () => {
  const look = (amountMinor: bigint, facts: Partial<DecisionCandidate> = {}) =>
    input([person(SURE, { familiar: true, ...facts })], {
      amountMinor,
      tiers: tiersFor(amounts, 'light'),
    });
  it.each<Row>([
    ['a passed light asks for the PIN, of a regular too', look(10_001n), asked('pin', 'p0')],
    ['and then lets pay', look(40_000n, { pin: 'right' }), paid()],
    ['up to it nothing is asked', look(10_000n), paid()],
  ])('%s', (_, given, expected) => {
    expect(decide(given)).toEqual(expected);
  });
});

describe('without a face', () => {
  it.each(REFUSAL_CODES.map((code) => [code]))('%s never approves', (code) => {
    const verdict = decideWithoutFace(code);
    expect(verdict).toMatchObject({ code });
    const looksAgain = /face|light|eyes|image$/.test(code);
    expect(verdict.outcome).toBe(looksAgain ? 'decline' : 'fallback');
  });
});
