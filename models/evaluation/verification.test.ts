import { describe, expect, it } from 'vitest';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom, seededRandom } from '../../shared/kernel/seeded-random.ts';
import { errorsAt, ratesBetween, stepsFor } from './error-trade-off.ts';
import { measureVerification } from './measure-verification.ts';
import { acceptanceAt, ScoreCounts, scoreOf, stepOf } from './score-counts.ts';
import { bootstrapComparisons } from './statistics/comparison-bootstrap.ts';

function counted(scores: readonly number[]): ScoreCounts {
  const counts = new ScoreCounts();
  for (const score of scores) counts.add(score);
  return counts;
}

const ramp = (n: number): number[] => Array.from({ length: n }, (_, i) => i / n);

describe('the trade-off of errors', () => {
  const scores = {
    genuine: counted(ramp(1_000).map((x) => x / 2 + 0.5)),
    impostor: counted(ramp(10_000)),
  };

  it('agrees with the acceptance at a false match rate', () => {
    const [step] = stepsFor([1e-2], scores.impostor);
    const [errors] = errorsAt([present(step, 'a step')], scores);
    expect(errors?.falseMatches).toBe(100);
    expect(1_000 - (errors?.falseNonMatches ?? 0)).toBe(1_000 * (acceptanceAt(1e-2, scores) ?? 0));
  });

  it('is silent where the impostors are too few, and goes down with the threshold', () => {
    expect(stepsFor([1e-4], scores.impostor)).toEqual([null]);
    const steps = stepsFor([1e-3, 1e-2, 0.5], scores.impostor);
    const thresholds = steps.map((step) => scoreOf(present(step, 'a step')).toFixed(3));
    expect(thresholds).toEqual(['0.999', '0.990', '0.500']);
  });

  it('spaces rates evenly, both ends included', () => {
    const powers = ratesBetween(1e-4, 1e-2, 2).map((rate) => Math.log10(rate).toFixed(9));
    expect(powers.map(Number)).toEqual([-4, -3.5, -3, -2.5, -2]);
  });
});

describe('the bootstrap of comparisons', () => {
  it('gives the sample itself where nobody differs', () => {
    // three people, alike in all: every replicate in which two are drawn has the same rates
    const kept = {
      pictures: Uint32Array.of(2, 2, 2),
      genuine: { person: Uint32Array.of(0, 1, 2), step: Int32Array.of(90, 90, 90) },
      impostor: {
        first: Uint32Array.of(0, 0, 1),
        second: Uint32Array.of(1, 2, 2),
        step: Int32Array.of(50, 50, 50),
      },
    };
    const drawn = bootstrapComparisons(
      kept,
      { rates: [0.1], steps: [51] },
      { replicates: 50, random: seededRandom(1) },
    );
    const known = (values: Float64Array | undefined) => [...new Set(values)].filter((v) => v === v);
    expect(known(drawn.fmrAtStep[0])).toEqual([0]);
    expect(known(drawn.fnmrAtStep[0])).toEqual([0]);
    // a quarter of the four comparisons of two people is a false match at 50: above 0.1, so the threshold is 51
    expect(known(drawn.fnmrAtRate[0])).toEqual([0]);
  });
});

/** People as directions in space, pictures as directions near them. */
function people(count: number, pictures: number, spread: number) {
  const random = new SeededRandom('people', count);
  const unit = (values: number[]): Float32Array => {
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  };
  const embeddings: Float32Array[] = [];
  const names: string[] = [];
  for (let person = 0; person < count; person += 1) {
    const centre = Array.from({ length: 16 }, () => random.normal());
    for (let i = 0; i < pictures; i += 1) {
      embeddings.push(unit(centre.map((value) => value + spread * random.normal())));
      names.push(`p${person}`);
    }
  }
  return { embeddings, people: names };
}

describe('verification', () => {
  const draw = { replicates: 200, random: seededRandom(5) };

  it('tells each threshold with intervals that hold its rates', () => {
    const measured = measureVerification(people(60, 4, 0.6), { sure: 0.8 }, draw);
    const { genuine, impostor, operatingPoints, det, scores } = present(measured, 'figures');
    expect([genuine, impostor]).toEqual([60 * 6, (240 * 239) / 2 - 360]);
    expect(operatingPoints.map(({ name }) => name)).toEqual(['1e-2', '1e-3', 'sure']);
    for (const { fmr, fnmr } of operatingPoints) {
      for (const rate of [fmr, fnmr]) {
        expect(rate.rate).toBeGreaterThanOrEqual(rate.exact.low);
        expect(rate.rate).toBeLessThanOrEqual(rate.exact.high);
      }
      // redrawn people differ more than redrawn comparisons
      const drawn = present(fnmr.byPerson, 'an interval');
      expect(drawn.low).toBeLessThan(fnmr.rate);
      expect(drawn.high).toBeGreaterThan(fnmr.rate);
    }
    const fmrs = det.map(({ fmr }) => fmr);
    expect(fmrs).toEqual(fmrs.toSorted((p, q) => p - q));
    expect(scores.genuine.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('cannot be measured on one picture of each, nor on one person', () => {
    expect(measureVerification(people(5, 1, 0.1), {}, draw)).toBeNull();
    expect(measureVerification(people(1, 5, 0.1), {}, draw)).toBeNull();
  });

  it('counts with the step that a score falls into', () => {
    expect(scoreOf(stepOf(0.42))).toBeCloseTo(0.42, 6);
  });
});
