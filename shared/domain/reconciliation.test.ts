import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBooks, compareJournal, type LedgerEntry } from './reconciliation.ts';

const entry = (seq: number, amountMinor = BigInt(100 + seq)): LedgerEntry => ({
  seq,
  hash: `hash ${seq}`,
  booked: { kind: 'capture', paymentId: `p${seq}`, amountMinor, currency: 'CNY' },
});
const chain = (length: number): LedgerEntry[] =>
  Array.from({ length }, (_, index) => entry(index + 1));
const codes = (hub: LedgerEntry[], central: LedgerEntry[]): string[] =>
  compareBooks(hub, central).map(({ code, seq, toSeq }) => `${code} ${seq}-${toSeq}`);

describe('compareBooks', () => {
  it('finds nothing where both are the same', () => {
    expect(codes(chain(9), chain(9))).toEqual([]);
    expect(codes([], [])).toEqual([]);
  });

  it.each([
    ['lost_prefix 1-2', chain(9).slice(2)],
    ['lost_middle 4-5', chain(9).filter(({ seq }) => seq !== 4 && seq !== 5)],
    ['lost_tail 8-9', chain(7)],
    ['lost_tail 1-9', []],
    ['surplus 10-10', chain(10)],
    ['duplicated 3-3', [...chain(3), entry(3), ...chain(9).slice(3)]],
    ['amount_differs 4-4', chain(9).with(3, entry(4, 1n))],
    ['chain_broken 4-4', chain(9).with(3, { ...entry(4), hash: 'other' })],
    ['not_booked 4-4', chain(9).with(3, { ...entry(4), booked: null, putAside: 'x' })],
  ])('says %s', (said, central) => {
    expect(codes(chain(9), central)).toContain(said);
  });

  it('shows what each side says, and where one says nothing', () => {
    const sides = (central: LedgerEntry[]) =>
      compareBooks(chain(2), central).flatMap((found) =>
        found.sides.map(({ book, says, amountMinor }) => [book, says, amountMinor]),
      );
    expect(sides(chain(2).with(1, entry(2, 7n)))).toEqual([
      ['hub', 'capture', 102n],
      ['central', 'capture', 7n],
    ]);
    expect(sides(chain(1))).toEqual([
      ['hub', 'capture', 102n],
      ['central', null, null],
    ]);
    expect(sides(chain(3))).toEqual([
      ['hub', null, null],
      ['central', 'capture', 103n],
    ]);
  });

  it('says which payment was captured twice, and where another was booked', () => {
    const twice = chain(3).with(2, { ...entry(3), booked: entry(2).booked });
    expect(codes(twice, chain(3))).toEqual(['booking_differs 3-3', 'duplicated 3-3']);
  });

  it('covers every lost event by exactly one run', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), (lost) => {
        const central = chain(40).filter(({ seq }) => !lost.includes(seq));
        const covered = compareBooks(chain(40), central).flatMap(({ seq, toSeq }) =>
          Array.from({ length: (toSeq ?? 0) - (seq ?? 0) + 1 }, (_, index) => (seq ?? 0) + index),
        );
        expect(covered.toSorted((a, b) => a - b)).toEqual(lost.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('compareJournal', () => {
  const journalled = (seq: number, outcome: string | null, amountMinor = BigInt(100 + seq)) => ({
    paymentId: `p${seq}`,
    amountMinor,
    currency: 'CNY',
    outcome,
  });

  it.each([
    [null, journalled(1, 'paid')],
    [null, journalled(1, 'authorised')],
    [null, journalled(7, 'declined')],
    [null, journalled(7, null)],
    ['terminal_paid_not_booked', journalled(7, 'paid')],
    ['terminal_amount_differs', journalled(1, 'paid', 1n)],
    ['terminal_unaware', journalled(1, 'refused')],
    ['terminal_open', journalled(1, null)],
  ])('%s', (code, payment) => {
    const found = compareJournal([payment], chain(3)).map((each) => each.code);
    expect(found).toEqual(code === null ? [] : [code]);
  });

  it('shows the terminal’s word beside the hub’s', () => {
    const [found] = compareJournal([journalled(1, null)], chain(3));
    expect(found?.sides).toMatchObject([
      { book: 'terminal', says: 'open', amountMinor: 101n, hash: null },
      { book: 'hub', says: 'capture', amountMinor: 101n, hash: 'hash 1' },
    ]);
  });
});
