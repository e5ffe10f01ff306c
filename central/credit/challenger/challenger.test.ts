import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { scorecardOnnx } from '../../../test/support/scorecard-onnx.ts';
import { probabilityAt } from '../calibration.ts';
import { type Company, type Scorecard, scoreOf } from '../scorecard.ts';
import { ChallengerModel } from './challenger-model.ts';
import { compareScores, scoreOfProbability } from './comparison.ts';
import { checkOnnx, MAX_ONNX_BYTES } from './onnx-check.ts';
import { probeCompanies } from './probes.ts';
import { shapleyValues, wholeParts } from './shapley.ts';

const scorecard: Scorecard = {
  kind: 'woe',
  basePoints: 560,
  calibration: { centre: 560, offset: -1.2, slope: -0.0135 },
  terms: [
    {
      bins: [{ kind: 'number', name: 'liquidity', cuts: [0.75, 1.5, 2.5] }],
      points: Int32Array.of(-5, -60, -10, 25, 60),
    },
    {
      bins: [{ kind: 'number', name: 'late_taxes', cuts: [0.5, 2.5] }],
      points: Int32Array.of(0, 30, -10, -45),
    },
    {
      bins: [{ kind: 'number', name: 'power_use', cuts: [] }],
      points: Int32Array.of(-3, 2),
    },
  ],
};
const features = new Set(['liquidity', 'late_taxes', 'power_use', 'street_months']);

async function opened(bytes: Uint8Array): Promise<ChallengerModel> {
  const checked = checkOnnx(bytes, features);
  if (!checked.ok) throw new Error(checked.error);
  const model = await ChallengerModel.open(bytes, checked.value);
  if (!model.ok) throw new Error(model.error);
  return model.value;
}

function companies(count: number): Company[] {
  return probeCompanies(scorecard, { random: new SeededRandom('challenger'), count });
}

describe('a model of somebody else', () => {
  it('says of every company what the scorecard says that it was made of', async () => {
    const model = await opened(scorecardOnnx(scorecard));
    const asked = companies(1_500);
    const answers = await model.probabilities(asked);
    expect(answers.ok).toBe(true);
    if (!answers.ok) return;
    expect(answers.value).toHaveLength(1_501);
    for (const [i, company] of asked.entries()) {
      const own = probabilityAt(scorecard.calibration, scoreOf(scorecard, company));
      expect(answers.value[i]).toBeCloseTo(own, 5);
    }
    await model.close();
  });

  it('is compared with the champion on what came', async () => {
    const random = new SeededRandom('came');
    const asked = companies(1_000);
    const scores = asked.map((company) => scoreOf(scorecard, company));
    const own = scores.map((score) => probabilityAt(scorecard.calibration, score));
    const bad = Uint8Array.from(own, (p) => (random.next() < p ? 1 : 0));
    const { calibration } = scorecard;
    const gradeOf = (score: number): number => (score >= 600 ? 0 : score >= 550 ? 1 : 2);
    const same = compareScores({ scores, probabilities: own, bad, calibration }, gradeOf);
    expect(same.challenger).toEqual(same.champion);
    expect(same.champion.auc).toBeGreaterThan(0.7);
    expect(same.agreement.rankCorrelation).toBeCloseTo(1, 9);
    const chance = own.map(() => random.next());
    const worse = compareScores({ scores, probabilities: chance, bad, calibration }, gradeOf);
    expect(worse.challenger.auc).toBeLessThan(0.6);
    expect(worse.challenger.brier).toBeGreaterThan(worse.champion.brier);
    expect(worse.agreement.sameGrade).toBeLessThan(same.agreement.sameGrade);
    expect(worse.agreement.stability.verdict).toBe('moved');
  });

  it('is not taken where it looks elsewhere, may not end, or answers otherwise', async () => {
    const refusal = (bytes: Uint8Array): unknown => {
      const checked = checkOnnx(bytes, features);
      return checked.ok ? 'taken' : checked.error;
    };
    expect(refusal(scorecardOnnx(scorecard))).toBe('taken');
    expect(refusal(new Uint8Array(MAX_ONNX_BYTES + 1))).toBe('too_large');
    expect(refusal(Uint8Array.of(1, 2, 3))).toBe('not_onnx');
    expect(refusal(new Uint8Array(0))).toBe('not_onnx');
    expect(refusal(scorecardOnnx(scorecard, { opset: 99 }))).toBe('unsupported_opset');
    expect(refusal(scorecardOnnx(scorecard, { inputName: (name) => `x_${name}` }))).toBe(
      'unknown_input',
    );
    const loop = { opType: 'Loop', name: 'loop', input: ['score'], output: ['again'] };
    expect(refusal(scorecardOnnx(scorecard, { extraNode: loop }))).toBe('unsupported_operator');
    const chance = { opType: 'RandomUniformLike', input: ['score'], output: ['drawn'] };
    expect(refusal(scorecardOnnx(scorecard, { extraNode: chance }))).toBe('unsupported_operator');
    const scores = await opened(scorecardOnnx(scorecard, { rawScore: true }));
    expect(await scores.probabilities(companies(1))).toEqual({ ok: false, error: 'out_of_range' });
  });
});

describe('reasons of a model without terms', () => {
  it('are what each thing adds, where things add up', () => {
    const effects = [40, -25, 7];
    const values = Array.from({ length: 8 }, (_, set) =>
      effects.reduce((sum, effect, i) => sum + (set & (1 << i) ? effect : 0), 500),
    );
    for (const [i, value] of shapleyValues(3, values).entries())
      expect(value).toBeCloseTo(effects[i] ?? 0, 9);
  });

  it('are whole and add up, whatever the model says', () => {
    const sets = fc.integer({ min: 1, max: 6 }).chain((parts) =>
      fc.tuple(
        fc.constant(parts),
        fc.array(fc.integer({ min: -400, max: 1_400 }), {
          minLength: 1 << parts,
          maxLength: 1 << parts,
        }),
      ),
    );
    fc.assert(
      fc.property(sets, ([parts, values]) => {
        const total = (values.at(-1) ?? 0) - (values[0] ?? 0);
        const points = wholeParts(shapleyValues(parts, values), total);
        expect(points.every(Number.isInteger)).toBe(true);
        expect(points.reduce((sum, value) => sum + value, 0)).toBe(total);
      }),
    );
  });

  it('and scores are on the scale of every other score', () => {
    expect([0.5, 1 / 3, 0.2, 0, 1].map(scoreOfProbability)).toEqual([500, 550, 600, 1497, -497]);
  });
});
