import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDamaged } from './damage.ts';
import { isFound, type Plant } from './plant.ts';
import { makeScratch } from './scratch.ts';
import { Simulator } from './simulate.ts';

let simulator: Simulator;
const scratch = makeScratch();

beforeAll(async () => {
  simulator = await Simulator.create(scratch.dir);
}, 180_000);
afterAll(async () => {
  await simulator.close();
  scratch.remove();
});

const SMALL = { hours: 12, hubs: 2 };

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

/** Two that show soon; `wuma simulate --plant all` looks for all of them. */
it.each(['lost-middle', 'duplicated'] satisfies Plant[])(
  'finds a planted bug: %s',
  async (plant) => {
    let found = false;
    for (let seed = 1; seed <= 100 && !found; seed += 1) {
      const { damage } = await simulator.run({ ...SMALL, seed, plant });
      found = isFound(plant, damage);
    }
    expect(found).toBe(true);
  },
  180_000,
);
