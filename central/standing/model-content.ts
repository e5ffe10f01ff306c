import { z } from 'zod';
import type { ModelCard } from '../../shared/contracts/model-card.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { ScoredPast } from '../credit/score-confidence.ts';
import type { Scorecard } from '../credit/scorecard.ts';
import { readScorecardFile, scorecardFileSchema } from '../credit/scorecard-file.ts';
import type { ModelRow } from './standing-store.ts';

/** A promoted challenger, among the models. */
const promotedSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal('onnx'),
  challengerId: z.uuid(),
  past: scorecardFileSchema.shape.past,
});
export type PromotedContent = z.infer<typeof promotedSchema>;

/** What a model in force is made of. */
export type ModelContent =
  | {
      readonly kind: 'scorecard';
      readonly scorecard: Scorecard;
      readonly past: ScoredPast;
      readonly card: ModelCard | null;
    }
  | { readonly kind: 'onnx'; readonly challengerId: string; readonly past: ScoredPast };

/** A model as it was checked when it was taken. */
export function contentOf({ content }: Pick<ModelRow, 'content'>): ModelContent {
  const promoted = promotedSchema.safeParse(content);
  if (promoted.success) {
    const { challengerId, past } = promoted.data;
    return {
      kind: 'onnx',
      challengerId,
      past: { scores: Float64Array.from(past.scores), bad: Uint8Array.from(past.bad) },
    };
  }
  const file = scorecardFileSchema.parse(content);
  const read = readScorecardFile(file);
  assert(read.ok, 'what was imported goes together');
  return { kind: 'scorecard', ...read.value, card: file.card ?? null };
}
