import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { type PersonFacts, playPolicy } from './play-policy.ts';
import { drawStreet } from './street-draw.ts';
import { count, emptyTally, ratesOf } from './street-tally.ts';

const thresholds = { sure: 0.5, likely: 0.4, floor: 0.3, margin: 0.05 };
const facts = (about: Partial<PersonFacts>): PersonFacts => ({
  last4: '1111',
  pin: '493817',
  familiar: false,
  lookAlike: false,
  ...about,
});
const people: Record<string, PersonFacts> = {
  li: facts({ familiar: true }),
  wang: facts({ last4: '2222' }),
  zhou: facts({ last4: '3333', lookAlike: true }),
};
const factsOf = (personId: string): PersonFacts => people[personId] ?? facts({});

function play(scores: Record<string, number>, who?: string) {
  const candidates = Object.entries(scores).map(([shopperId, score]) => ({ shopperId, score }));
  return playPolicy({
    search: { candidates, certified: true, elapsedMs: 0 },
    thresholds,
    factsOf,
    answer: (question) => (who === undefined ? '9999' : factsOf(who)[question]),
  });
}

type Row = [
  name: string,
  scores: Record<string, number>,
  who: string | undefined,
  expected: { sureOf?: string; charged?: string; asked?: string[] },
];

describe('the policy, played', () => {
  it.each([
    ['who is sure pays at once', { li: 0.6 }, 'li', { sureOf: 'li', charged: 'li' }],
    ['a regular pays with the digits', { li: 0.45 }, 'li', { charged: 'li', asked: ['last4'] }],
    [
      'who is new gives the PIN too',
      { wang: 0.45, li: 0.4 },
      'wang',
      { charged: 'wang', asked: ['last4', 'pin'] },
    ],
    [
      'a look-alike is sure, and gives the PIN',
      { zhou: 0.6 },
      'zhou',
      { sureOf: 'zhou', charged: 'zhou', asked: ['pin'] },
    ],
    ['who is not among them pays another way', { li: 0.45 }, 'wang', { asked: ['last4'] }],
    ['a stranger who guesses wrong is nobody', { li: 0.45 }, undefined, { asked: ['last4'] }],
    ['a stranger below the floor is nobody', { li: 0.29 }, undefined, {}],
    ['a stranger who is sure is charged', { li: 0.6 }, undefined, { sureOf: 'li', charged: 'li' }],
    ['but not as a look-alike', { zhou: 0.6 }, undefined, { sureOf: 'zhou', asked: ['pin'] }],
  ] satisfies Row[])('%s', (...[, scores, who, expected]: Row) => {
    const { asked = [], sureOf, charged } = expected;
    expect(play(scores, who)).toEqual({ sureOf, charged, asked: new Set(asked) });
  });
});

describe('the tally', () => {
  it('tells false positives, ways to pay and wrong charges apart', () => {
    const tally = emptyTally();
    const mated = { path: 'a', personId: 'li' };
    count(tally, mated, play({ li: 0.6 }, 'li'));
    count(tally, mated, play({ li: 0.45 }, 'li'));
    count(tally, mated, play({ wang: 0.6 }, 'li'));
    count(tally, { path: 'b', personId: undefined }, play({ zhou: 0.6 }));
    expect(ratesOf(tally)).toEqual({
      fpir: 1,
      fnir: 0.666667,
      straightThrough: 0.333333,
      afterLast4: 0.333333,
      afterPin: 0,
      served: 0.666667,
      wrongCharges: 0.25,
    });
  });
});

describe('a street drawn by lot', () => {
  const picturesOf = new Map(
    Array.from({ length: 30 }, (_, i) => [
      `p${i}`,
      Array.from({ length: 1 + (i % 3) }, (__, k) => `p${i}/${k}`),
    ]),
  );
  const draw = (seed: number) =>
    drawStreet(picturesOf, { gallery: 12, regulars: 0.5, random: seededRandom(seed) });

  it('enrols each by one picture and probes with every other', () => {
    const { enrolled, probes } = draw(1);
    expect(enrolled).toHaveLength(12);
    const used = [...enrolled.map(({ path }) => path), ...probes.map(({ path }) => path)];
    expect(used.toSorted()).toEqual([...picturesOf.values()].flat().toSorted());
    const ids = new Set(enrolled.map(({ personId }) => personId));
    for (const { path, personId } of probes) {
      const owner = path.split('/')[0] ?? '';
      expect(personId).toBe(ids.has(owner) ? owner : undefined);
    }
  });

  it('is the same for the same seed', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2)).not.toEqual(draw(1));
  });
});
