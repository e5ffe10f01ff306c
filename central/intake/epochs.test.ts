import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Epoch, Epochs } from './epochs.ts';

/** A hub that tells so many events in each of its lives, and is set back to any event that central has before each but the first. */
function livesOf(lives: readonly { readonly told: number; readonly backTo: number }[]) {
  const later: Epoch[] = [];
  let ledger: number[] = [];
  const hubSeqs: number[] = [0];
  for (const [index, { told, backTo }] of lives.entries()) {
    const afterSeq = index === 0 ? 0 : backTo % hubSeqs.length;
    if (index > 0) {
      // what the hub's ledger has at that place: the way there through the lives before
      ledger = wayTo(afterSeq, later);
      const fromSeq = hubSeqs.length;
      later.push({ epoch: index + 1, fromSeq, afterSeq, carried: fromSeq - 1 - ledger.length });
    }
    for (let n = 0; n < told; n += 1) {
      ledger.push(hubSeqs.length);
      hubSeqs.push(ledger.length);
    }
  }
  return { epochs: new Epochs(later), hubSeqs, ledger };
}

function wayTo(place: number, later: readonly Epoch[]): number[] {
  if (place === 0) return [];
  const epoch = later.findLast(({ fromSeq }) => fromSeq <= place);
  const parent = place === (epoch?.fromSeq ?? 1) ? (epoch?.afterSeq ?? 0) : place - 1;
  return [...wayTo(parent, later), place];
}

const lives = fc.array(fc.record({ told: fc.integer({ min: 1, max: 6 }), backTo: fc.nat(40) }), {
  minLength: 1,
  maxLength: 6,
});

describe('lives of a hub', () => {
  it('give every event that central has the sequence that its hub gave it', () => {
    fc.assert(
      fc.property(lives, (told) => {
        const { epochs, hubSeqs } = livesOf(told);
        for (let place = 1; place < hubSeqs.length; place += 1) {
          const hubSeq = hubSeqs[place] ?? 0;
          expect(epochs.hubSeqOf(place)).toBe(hubSeq);
          expect(epochs.placesOf(hubSeq)).toContain(place);
        }
      }),
    );
  });

  it('tell what the hub’s present ledger has from what central alone has', () => {
    fc.assert(
      fc.property(lives, (told) => {
        const { epochs, hubSeqs, ledger } = livesOf(told);
        const inForce = hubSeqs.flatMap((_, place) =>
          place > 0 && epochs.isInForce(place) ? [place] : [],
        );
        expect(inForce).toEqual(ledger);
      }),
    );
  });
});
