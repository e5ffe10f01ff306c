import { describe, expect, it } from 'vitest';
import { randomReserve } from './random-reserve.ts';

describe('a reserve of random bytes', () => {
  it('hands nothing out twice, and draws anew when what is left does not do', () => {
    let next = 0;
    const drawn: number[] = [];
    const take = randomReserve((bytes) => {
      drawn.push(bytes);
      return Uint8Array.from({ length: bytes }, () => next++);
    }, 8);
    const taken = [3, 3, 3, 20].map((bytes) => [...take(bytes)]);
    expect(taken.map((bytes) => bytes.length)).toEqual([3, 3, 3, 20]);
    const all = taken.flat();
    expect(new Set(all).size).toBe(all.length);
    expect(drawn).toEqual([8, 8, 20]);
  });
});
