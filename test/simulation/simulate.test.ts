import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Damage, isDamaged } from './audit.ts';
import type { Plant } from './plant.ts';
import { Simulator } from './simulate.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await Simulator.create();
}, 180_000);
afterAll(() => simulator.close());

const SMALL = { hours: 12, hubs: 2 };

/** What of the damage each planted bug must show as: one of each kind of place, the others take more seeds. */
const FOUND: readonly (readonly [Plant, (damage: Damage) => number])[] = [
  ['lost-middle', ({ lost }) => lost.middle],
  ['overdrawn', ({ overdrawn }) => overdrawn],
  ['unbalanced', ({ unbalanced }) => unbalanced],
  ['chain-broken', ({ chainBreaks }) => chainBreaks],
];

it('finds nothing wrong, and the same seed is the same run', async () => {
  const log: string[] = [];
  const first = await simulator.run({ ...SMALL, seed: 1, tell: (line) => log.push(line) });
  expect(isDamaged(first.damage), first.examples.join('\n')).toBe(false);
  expect(first.payments).toBeGreaterThan(0);
  expect(first.faults.size).toBeGreaterThan(0);
  const again: string[] = [];
  const second = await simulator.run({ ...SMALL, seed: 1, tell: (line) => again.push(line) });
  expect(again).toEqual(log);
  expect(second.digest).toBe(first.digest);
  const other = await simulator.run({ ...SMALL, seed: 2 });
  expect(other.digest).not.toBe(first.digest);
}, 180_000);

it.each(FOUND)(
  'finds a planted bug within 100 seeds: %s',
  async (plant, count) => {
    let found = 0;
    for (let seed = 1; seed <= 100 && found === 0; seed += 1) {
      const { damage } = await simulator.run({ ...SMALL, seed, plant });
      found = count(damage);
    }
    expect(found).toBeGreaterThan(0);
  },
  180_000,
);
