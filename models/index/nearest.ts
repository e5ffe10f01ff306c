import type { Candidate } from './gallery-index.ts';
import { byScore, type Found, scoreOf } from './index-engine.ts';

/** How many rows more than wanted an engine is asked for, so that near ties can be put in order here. */
export const SPARE_ROWS = 16;
/** How far a float32 sum of an engine may be off. */
const ROUNDING = 1e-5;

/** A row that an engine named, with its vector. */
export interface NearRow {
  readonly id: string;
  readonly embedding: Float32Array;
}

/**
 * Puts what an engine found in order by scores of our own. Engines sum in float32, so of rows that are closer
 * together than that is exact they may name any: the answer is certified where the last row they named is
 * clearly worse than the last one wanted, or where they named every row.
 *
 * @param rows the engine's best, in any order, `SPARE_ROWS` more than wanted where there are as many
 */
export function rankNearest(
  probe: Float32Array,
  rows: readonly NearRow[],
  wanted: { readonly top: number; readonly size: number },
): Found {
  const all: Candidate[] = rows
    .map(({ id, embedding }) => ({ id, score: scoreOf(probe, embedding) }))
    .toSorted(byScore);
  const candidates = all.slice(0, wanted.top);
  const last = candidates.at(-1)?.score ?? 0;
  const worst = all.at(-1)?.score ?? 0;
  return { candidates, certified: rows.length === wanted.size || worst < last - 2 * ROUNDING };
}
