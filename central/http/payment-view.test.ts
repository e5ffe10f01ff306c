import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorText, parseCursor } from './payment-view.ts';

describe('a cursor', () => {
  it('comes back as it was', () => {
    const date = fc.date({
      min: new Date('2000-01-01'),
      max: new Date('2100-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, fc.uuid(), (capturedAt, paymentId) => {
        expect(parseCursor(cursorText({ capturedAt, paymentId }))).toEqual({
          capturedAt,
          paymentId,
        });
      }),
    );
  });

  it('is refused when it is any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseCursor(text)).toBeUndefined();
      }),
    );
  });
});
