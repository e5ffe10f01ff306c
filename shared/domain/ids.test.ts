import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { uuidV7 } from './ids.ts';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('uuidV7', () => {
  it('is a version 7 UUID of RFC 9562', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), random, (nowMs, bytes) => {
        expect(z.uuidv7().safeParse(uuidV7(nowMs, bytes)).success).toBe(true);
      }),
    );
  });

  it('sorts by time, to the millisecond, beyond 32 bits', () => {
    const times = fc.integer({ min: 0, max: 2 ** 47 });
    fc.assert(
      fc.property(times, random, random, (nowMs, a, b) => {
        expect(uuidV7(nowMs, a) < uuidV7(nowMs + 1, b)).toBe(true);
      }),
    );
  });

  it('carries the example of the RFC', () => {
    // RFC 9562, appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F
    const bytes = new Uint8Array([0xc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(uuidV7(0x017f22e279b0, bytes)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });
});
