import { type IdentifyThresholds, lookAlikeFrom } from '../decision/decision.ts';
import type { Gallery, PersonCandidate } from '../recognition/gallery.ts';

/** The faces of one pack: the embeddings of all who are enrolled under it, and how near two of them may be. */
export interface ComparableFaces {
  readonly packId: string;
  /** Values of an embedding. */
  readonly dimension: number;
  readonly gallery: Gallery;
  /** The pack's own: how near two faces are does not depend on the gallery. */
  readonly thresholds: Pick<IdentifyThresholds, 'sure' | 'margin'>;
}

/** Everybody in the gallery who is so near that one could be taken for the other. */
export async function lookAlikesOf(
  embedding: Float32Array,
  { gallery, thresholds }: ComparableFaces,
): Promise<readonly PersonCandidate[]> {
  const from = lookAlikeFrom(thresholds);
  const { candidates } = await gallery.search(embedding);
  return candidates.filter(({ score }) => score >= from);
}
