import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { logOddsOf, termName } from './additive-model.ts';
import { areaUnderRoc } from './discrimination.ts';
import { featureOf, type LabelledTable } from './feature-table.ts';
import { GLASS_BOX_DEFAULTS, trainGlassBox } from './glass-box.ts';
import {
  crossValidate,
  evaluateOnTest,
  type ScoreTrainer,
  trainScorecard,
} from './score-evaluation.ts';
import { companyAt, explainScore, scoresOf } from './scorecard.ts';
import { trainWoeModel, WOE_MODEL_DEFAULTS } from './woe-model.ts';

interface Drawn {
  readonly step: number;
  readonly hill: number;
  readonly a: number;
  readonly b: number;
  readonly trade: string;
}

/** Log odds that companies are drawn with: a step, a hill, two features that count together only, a trade; and noise. */
function truth({ step, hill, a, b, trade }: Drawn): number {
  const together = a > 0 === b > 0 ? 1.2 : -1.2;
  const shapes = (step > 0.5 ? 1.5 : -0.5) + 2 * Math.exp(-8 * hill * hill);
  return -1 + shapes + together + (trade === 'gold' ? 1 : 0);
}

function drawn(rows: number, seed: string): LabelledTable & { readonly truth: Float64Array } {
  const random = new SeededRandom(seed);
  const columns = ['step', 'hill', 'a', 'b', 'noise'].map((name) => ({
    name,
    values: Array.from({ length: rows }, () => random.between(-1, 1)),
  }));
  const trades = Array.from({ length: rows }, () => ['tea', 'silk', 'gold'][random.below(3)] ?? '');
  const at = (column: number, row: number): number => columns[column]?.values[row] ?? 0;
  const logOdds = Float64Array.from(trades, (trade, row) =>
    truth({ step: at(0, row), hill: at(1, row), a: at(2, row), b: at(3, row), trade }),
  );
  return {
    features: [
      ...columns.map(({ name, values }) =>
        featureOf(
          name,
          values.map((value) => (random.next() < 0.05 ? '' : `${value}`)),
        ),
      ),
      featureOf('trade', trades),
    ],
    bad: Uint8Array.from(logOdds, (value) => (random.next() < 1 / (1 + Math.exp(-value)) ? 1 : 0)),
    truth: logOdds,
  };
}

const train = drawn(3_000, 'train');
const test = drawn(3_000, 'test');
const best = areaUnderRoc(test.truth, test.bad);
const QUICK = {
  ...GLASS_BOX_DEFAULTS,
  bags: 4,
  mostPairs: 3,
  boosting: { learningRate: 0.1, mostRounds: 300, patience: 10 },
  pairBoosting: { learningRate: 0.1, mostRounds: 300, patience: 10 },
};
const glassBox: ScoreTrainer = { kind: 'glassbox', train: (table) => trainGlassBox(table, QUICK) };
const woe: ScoreTrainer = {
  kind: 'woe',
  train: (table) => trainWoeModel(table, WOE_MODEL_DEFAULTS),
};

describe('the glass box', () => {
  const { model } = trainGlassBox(train, QUICK);

  it('ranks nearly as well as the truth can', () => {
    expect(areaUnderRoc(logOddsOf(model, test.features), test.bad)).toBeGreaterThan(best - 0.04);
  });

  it('finds which two features count together', () => {
    const [strongest] = model.terms.filter(({ bins }) => bins.length === 2);
    expect(strongest && termName(strongest)).toBe('a & b');
  });

  it('finds the shapes: a step, a hill, nothing', () => {
    const spread = (name: string): number => {
      const shape = [...(model.terms.find((term) => termName(term) === name)?.logOdds ?? [])].slice(
        1,
      );
      const mean = shape.reduce((sum, value) => sum + value, 0) / shape.length;
      return Math.sqrt(shape.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shape.length);
    };
    expect(spread('step')).toBeGreaterThan(0.5);
    expect(spread('hill')).toBeGreaterThan(0.4);
    expect(spread('noise')).toBeLessThan(0.2);
  });

  it('keeps to a direction that policy insists on', () => {
    const directions = new Map([['hill', 1 as const]]);
    const rising = trainGlassBox(train, { ...QUICK, directions }).model;
    const shapes = rising.terms.filter(({ bins }) => bins.some(({ name }) => name === 'hill'));
    expect(shapes).toHaveLength(1);
    const known = [...(shapes[0]?.logOdds ?? [])].slice(1);
    expect(known).toEqual(known.toSorted((a, b) => a - b));
  });

  it('is the same for the same seed', () => {
    expect(trainGlassBox(train, QUICK).model).toEqual(model);
  });
});

describe.each([glassBox, woe])('a scorecard ($kind)', (trainer) => {
  const scorecard = trainScorecard(train, trainer);

  it('adds its reasons up to the score, whole points all', () => {
    const scores = scoresOf(scorecard, test.features);
    for (let row = 0; row < 200; row += 1) {
      const { score, reasons, basePoints } = explainScore(scorecard, companyAt(test.features, row));
      expect(score).toBe(scores[row]);
      expect(reasons.reduce((sum, { points }) => sum + points, basePoints)).toBe(score);
      expect(reasons.every(({ points }) => Number.isInteger(points) && points !== 0)).toBe(true);
    }
  });

  it('is judged on what it has not seen', () => {
    const quality = evaluateOnTest(trainer, train, test);
    expect(quality).toMatchObject({ features: 6, companies: 3_000, reasonsExact: true });
    expect(quality.auc).toBeGreaterThan(trainer.kind === 'woe' ? 0.65 : best - 0.04);
    expect(quality.gini).toBeCloseTo(2 * quality.auc - 1, 12);
    expect(quality.calibrationError).toBeLessThan(0.04);
  });

  it('finds nothing where labels are drawn by lot', () => {
    const random = new SeededRandom('labels');
    const table = {
      ...drawn(900, 'lot'),
      bad: Uint8Array.from({ length: 900 }, () => random.below(2)),
    };
    const { auc, calibrationError } = crossValidate(() => trainer, table, { folds: 3, seed: '1' });
    expect(Math.abs(auc - 0.5)).toBeLessThan(0.06);
    expect(calibrationError).toBeLessThan(0.08);
  });
});
