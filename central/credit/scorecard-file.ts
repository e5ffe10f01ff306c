import { z } from 'zod';
import { type ModelCard, modelCardSchema } from '../../shared/contracts/model-card.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { binCount } from './feature-bins.ts';
import type { ScoredPast } from './score-confidence.ts';
import type { Scorecard } from './scorecard.ts';

const MOST_CUTS = 254;
const MOST_TERMS = 500;
const nameSchema = z.string().min(1).max(100);
const binsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    name: nameSchema,
    cuts: z.array(z.number()).max(MOST_CUTS),
  }),
  z.strictObject({
    kind: z.literal('category'),
    name: nameSchema,
    levels: z.array(z.array(z.string().max(200)).max(1_000)).max(MOST_CUTS),
    otherBin: z.int().min(0).max(MOST_CUTS),
  }),
]);

/** A scorecard as a file: what was learnt, and the past that tells how sure it is. */
export const scorecardFileSchema = z.strictObject({
  version: z.literal(1),
  kind: z.enum(['glassbox', 'woe']),
  basePoints: z.int(),
  calibration: z.strictObject({ centre: z.number(), offset: z.number(), slope: z.number().max(0) }),
  terms: z
    .array(
      z.strictObject({
        bins: z.array(binsSchema).min(1).max(2),
        points: z.array(z.int().min(-10_000).max(10_000)).max(65_536),
      }),
    )
    .min(1)
    .max(MOST_TERMS),
  /** Scores of companies that the model had not learnt from, rising, and whether each went bad. */
  past: z.strictObject({
    scores: z.array(z.number()).max(20_000),
    bad: z.array(z.union([z.literal(0), z.literal(1)])).max(20_000),
  }),
  /** How good it was and whom it treats how; files from before there were cards have none. */
  card: modelCardSchema.optional(),
});
export type ScorecardFile = z.infer<typeof scorecardFileSchema>;

/** A scorecard and its past as they are kept. */
export function scorecardFile(
  scorecard: Scorecard,
  { past, card }: { readonly past: ScoredPast; readonly card: ModelCard },
): ScorecardFile {
  return scorecardFileSchema.parse({
    version: 1,
    kind: scorecard.kind,
    basePoints: scorecard.basePoints,
    calibration: scorecard.calibration,
    terms: scorecard.terms.map(({ bins, points }) => ({ bins, points: [...points] })),
    past: { scores: Array.from(past.scores, Math.round), bad: [...past.bad] },
    card,
  });
}

/** What a file holds. `inconsistent`: points, cuts or the past do not go together. */
export function readScorecardFile(
  file: ScorecardFile,
): Result<{ readonly scorecard: Scorecard; readonly past: ScoredPast }, 'inconsistent'> {
  const { kind, basePoints, calibration, terms, past } = file;
  const fits = terms.every(
    ({ bins, points }) =>
      points.length === bins.reduce((cells, each) => cells * binCount(each), 1) &&
      bins.every((each) => each.kind === 'category' || isRising(each.cuts)),
  );
  if (!fits || past.scores.length !== past.bad.length || !isRising(past.scores, true)) {
    return err('inconsistent');
  }
  return ok({
    scorecard: {
      kind,
      basePoints,
      calibration,
      terms: terms.map(({ bins, points }) => ({ bins, points: Int32Array.from(points) })),
    },
    past: { scores: Float64Array.from(past.scores), bad: Uint8Array.from(past.bad) },
  });
}

function isRising(values: readonly number[], ties = false): boolean {
  return values.every((value, index) => {
    const before = values[index - 1];
    return before === undefined || before < value || (ties && before === value);
  });
}
