import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { fitCalibration, probabilityAt } from './calibration.ts';

const random = new SeededRandom('calibration');
const scores = Float64Array.from({ length: 30_000 }, () => 600 + 80 * random.normal());
const risk = (score: number): number => 1 / (1 + Math.exp((score - 520) / 60));

describe('calibration', () => {
  it('finds the probability that belongs to a score', () => {
    const bad = Uint8Array.from(scores, (score) => (random.next() < risk(score) ? 1 : 0));
    const calibration = fitCalibration(scores, bad);
    for (const score of [450, 520, 600, 700]) {
      expect(Math.abs(probabilityAt(calibration, score) - risk(score))).toBeLessThan(0.02);
    }
  });

  it('never makes a higher score a higher risk', () => {
    const upsideDown = Uint8Array.from(scores, (score) => (score > 600 ? 1 : 0));
    const calibration = fitCalibration(scores, upsideDown);
    expect(probabilityAt(calibration, 700)).toBeLessThanOrEqual(probabilityAt(calibration, 500));
  });

  it('makes no certainty of a perfect order', () => {
    const separated = Uint8Array.from(scores, (score) => (score < 500 ? 1 : 0));
    const calibration = fitCalibration(scores, separated);
    expect(probabilityAt(calibration, 300)).toBeGreaterThan(0.99);
    expect(probabilityAt(calibration, 300)).toBeLessThanOrEqual(1);
    expect(Number.isFinite(calibration.slope)).toBe(true);
  });
});
