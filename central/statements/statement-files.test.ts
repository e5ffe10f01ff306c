import { describe, expect, it } from 'vitest';
import type { Statement } from '../../shared/contracts/http-statements.ts';
import { statementCsv } from './statement-files.ts';
import { statementPdf } from './statement-pdf.ts';

const line = {
  payoutId: '01900000-0000-7000-8000-000000000001',
  paidOutAt: '2026-11-27T02:00:00.000Z',
  kind: 'capture',
  movedAt: '2026-11-26T02:00:00.000Z',
  shopId: 'tea-house',
  reference: 'WM-1',
  amountMinor: '10000',
  feeMinor: '38',
};
const statement: Statement = {
  merchantId: 'm-tea',
  companyName: '茶馆',
  from: '2026-11-26',
  to: '2026-11-27',
  currency: 'CNY',
  amountMinor: '9000',
  feeMinor: '35',
  paidMinor: '8965',
  lines: [line, { ...line, kind: 'refund', amountMinor: '-1000', feeMinor: '-3' }],
};

describe('a statement as CSV', () => {
  it('has a line each, and their sums', () => {
    const rows = statementCsv(statement).split('\r\n');
    expect(rows[0]?.startsWith('\uFEFFpaidOutAt,payoutId')).toBe(true);
    expect(rows[1]?.endsWith('tea-house,WM-1,100.00,0.38,99.62')).toBe(true);
    expect(rows[2]?.endsWith('-10.00,-0.03,-9.97')).toBe(true);
    expect(rows[3]).toBe('total,,,,,,90.00,0.35,89.65');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['-cmd', "'-cmd"],
    ['a,"b"', '"a,""b"""'],
  ])('writes the reference %j as %j', (reference, field) => {
    const text = statementCsv({ ...statement, lines: [{ ...line, reference }] });
    expect(text).toContain(`tea-house,${field},100.00`);
  });
});

describe('a statement as PDF', () => {
  it('is a file of as many pages as its lines need, with the font’s used characters only', async () => {
    const lines = Array.from({ length: 100 }, () => line);
    const pdf = await statementPdf({ ...statement, lines });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type \/Page\n/g)).toHaveLength(3);
    expect(pdf.length).toBeLessThan(300_000);
    expect((await statementPdf({ ...statement, lines })).equals(pdf)).toBe(true);
  });

  it('says so where there is nothing', async () => {
    const pdf = await statementPdf({ ...statement, lines: [] });
    expect(pdf.toString('latin1').match(/\/Type \/Page\n/g)).toHaveLength(1);
  });
});
