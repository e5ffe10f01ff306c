import { expect, it } from 'vitest';
import { SeededRandom, seededRandom, shuffled } from './seeded-random.ts';

const draw = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, random);

it('gives the same again for the same seed, and another stream for another', () => {
  expect(draw(seededRandom(7), 5)).toEqual(draw(seededRandom(7), 5));
  expect(draw(new SeededRandom('a', 1).next, 5)).toEqual(draw(new SeededRandom('a', 1).next, 5));
  expect(draw(new SeededRandom('a', 1).next, 5)).not.toEqual(
    draw(new SeededRandom('a', 2).next, 5),
  );
});

it('is uniform from 0 to below 1, and normal where asked', () => {
  const random = new SeededRandom('moments');
  const uniform = draw(random.next, 20_000);
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform)).toBeLessThan(1);
  expect(uniform.reduce((sum, x) => sum + x, 0) / uniform.length).toBeCloseTo(0.5, 1);
  const normal = draw(() => random.normal(), 20_000);
  expect(normal.reduce((sum, x) => sum + x, 0) / normal.length).toBeCloseTo(0, 1);
  expect(normal.reduce((sum, x) => sum + x * x, 0) / normal.length).toBeCloseTo(1, 1);
});

it('shuffles a copy: everything is there once', () => {
  const items = [1, 2, 3, 4, 5, 6];
  const mixed = shuffled(items, seededRandom(3));
  expect(items).toEqual([1, 2, 3, 4, 5, 6]);
  expect(mixed).not.toEqual(items);
  expect(mixed.toSorted((a, b) => a - b)).toEqual(items);
});
