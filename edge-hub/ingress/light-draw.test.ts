import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { LIGHT_SEQUENCES } from '../../shared/contracts/light-sequence.ts';
import { drawLight } from './light-draw.ts';

it('draws every sequence, and each as often as the others', () => {
  const counts = new Map<string, number>();
  const draws = 1_800 * 20;
  for (let i = 0; i < draws; i += 1) {
    const drawn = drawLight(randomBytes).join();
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  expect(counts.size).toBe(LIGHT_SEQUENCES.length);
  // 20 +- 4.5 each: seven of these have a chance of less than one in a million, for any of 1,800
  expect(Math.max(...counts.values())).toBeLessThan(20 + 7 * 4.5);
});

it('throws away what would make some likelier', () => {
  const bytes = [Buffer.from([0xff, 0xff]), Buffer.from([0xfd, 0x20]), Buffer.from([0, 3])];
  expect(drawLight(() => bytes.shift() ?? Buffer.alloc(2))).toEqual(LIGHT_SEQUENCES[3]);
});
