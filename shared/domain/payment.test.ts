import { describe, expect, it } from 'vitest';
import { mayMove } from './payment.ts';

describe('mayMove', () => {
  it.each([
    [null, 'declined', true],
    [null, 'captured', true],
    ['declined', 'declined', true],
    ['declined', 'captured', true],
    ['captured', 'captured', false],
    ['captured', 'declined', false],
  ] as const)('%s to %s: %s', (from, to, allowed) => {
    expect(mayMove(from, to)).toBe(allowed);
  });
});
