import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderRoc, brierScore, calibrationError, kolmogorovSmirnov } from './discrimination.ts';

const labels = (text: string): Uint8Array => Uint8Array.from(text, Number);

describe('discrimination', () => {
  it('is 1 where every bad one is above every good one, a half where nothing is told', () => {
    expect(areaUnderRoc([1, 2, 3, 4], labels('0011'))).toBe(1);
    expect(areaUnderRoc([4, 3, 2, 1], labels('0011'))).toBe(0);
    expect(areaUnderRoc([7, 7, 7, 7], labels('0101'))).toBe(0.5);
    expect(kolmogorovSmirnov([1, 2, 3, 4], labels('0011'))).toBe(1);
    expect(kolmogorovSmirnov([7, 7, 7, 7], labels('0101'))).toBe(0);
  });

  it('is what counting pairs and thresholds gives', () => {
    const company = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(company, { minLength: 4, maxLength: 40 }), (companies) => {
        const risks = companies.map(([risk]) => risk);
        const bad = Uint8Array.from(companies, ([, label]) => (label ? 1 : 0));
        const bads = risks.filter((_, i) => bad[i] === 1);
        const goods = risks.filter((_, i) => bad[i] === 0);
        fc.pre(bads.length > 0 && goods.length > 0);
        let won = 0;
        for (const b of bads) for (const g of goods) won += b > g ? 1 : b === g ? 0.5 : 0;
        expect(areaUnderRoc(risks, bad)).toBeCloseTo(won / bads.length / goods.length, 12);
        const share = (of: number[], limit: number) =>
          of.filter((x) => x <= limit).length / of.length;
        const gaps = risks.map((limit) => Math.abs(share(bads, limit) - share(goods, limit)));
        expect(kolmogorovSmirnov(risks, bad)).toBeCloseTo(Math.max(...gaps), 12);
      }),
    );
  });
});

describe('probabilities', () => {
  it('are judged by squares, and by what groups of them came to', () => {
    expect(brierScore([1, 0, 0.5, 0.5], labels('1010'))).toBe(0.125);
    expect(calibrationError([0.25, 0.25, 0.25, 0.25], labels('0100'), 1)).toBe(0);
    expect(calibrationError([0.1, 0.1, 0.9, 0.9], labels('0011'), 2)).toBeCloseTo(0.1, 12);
  });
});
