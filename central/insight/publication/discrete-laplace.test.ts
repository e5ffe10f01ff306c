import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/kernel/seeded-random.ts';
import { discreteLaplace } from './discrete-laplace.ts';

const SAMPLES = 40_000;

function seeded(seed: number): (below: number) => number {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}

/** P(x) ∝ exp(-|x|·rate), summed to one. */
function probability(x: number, rate: number): number {
  return Math.tanh(rate / 2) * Math.exp(-Math.abs(x) * rate);
}

describe('the discrete Laplace distribution', () => {
  it.each([
    { numerator: 1, denominator: 4 },
    { numerator: 3, denominator: 2 },
    { numerator: 1, denominator: 1 },
  ])('has the probabilities that privacy rests on, $numerator/$denominator', (rate) => {
    const uniform = seeded(7);
    const counts = new Map<number, number>();
    for (let i = 0; i < SAMPLES; i += 1) {
      const x = discreteLaplace(rate, uniform);
      counts.set(x, (counts.get(x) ?? 0) + 1);
    }
    // chi-square over the cells with enough in them: its mean is the number of cells, its deviation the root of twice that
    let chiSquare = 0;
    let cells = 0;
    for (let x = -40; x <= 40; x += 1) {
      const expected = SAMPLES * probability(x, rate.numerator / rate.denominator);
      if (expected < 20) continue;
      chiSquare += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
      cells += 1;
    }
    expect(cells).toBeGreaterThan(5);
    expect(chiSquare).toBeLessThan(cells + 4 * Math.sqrt(2 * cells));
  });

  it('draws from the system’s secure randomness', () => {
    const rate = { numerator: 1, denominator: 4 };
    const samples = Array.from({ length: 200 }, () =>
      discreteLaplace(rate, (below) => randomInt(below)),
    );
    expect(new Set(samples).size).toBeGreaterThan(5);
    expect(samples.every((each) => Number.isInteger(each))).toBe(true);
  });
});
