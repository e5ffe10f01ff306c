import { assert } from '../../../shared/kernel/assert.ts';
import { BLOCK_ROWS, LANES, MAX_DIMENSION } from '../kernel/scan-kernel.ts';

/** Rows that are scanned in one call and added to the memory at once. */
export const SEGMENT_ROWS = 4_096;
/** From this dimension on signs alone are a safe prefilter; at 128 and 256 values they lose people. */
export const SIGNS_FROM_DIMENSION = 512;
/** 32-bit words with which the threads of a scan agree. */
export const CONTROL_WORDS = 16;

const CACHE_LINE = 64;

/** Where everything lies in a gallery's memory: byte offsets, within it or within a segment. */
export interface GalleryLayout {
  readonly dimension: number;
  /** Values of a padded row; the rest of each row is zero. */
  readonly width: number;
  /** Bytes of signs a row; 0 where the gallery keeps none. */
  readonly signBytes: number;
  /** int32[CONTROL_WORDS] */
  readonly control: number;
  /** f32[width] */
  readonly query: number;
  /** u8[width], as `scanInt8` wants it */
  readonly queryCodes: number;
  /** u8[signBytes][16], as `scanBits` wants them */
  readonly lowTables: number;
  readonly highTables: number;
  /** What holds the probe or follows from it, to be wiped after a search. */
  readonly probe: { readonly from: number; readonly to: number };
  /** u32[SEGMENT_ROWS]: numbers of rows in, or places of rows for the kernel */
  readonly picked: number;
  /** f32[SEGMENT_ROWS] */
  readonly scores: number;
  /** 4 words: what `encodeRow` tells of a row */
  readonly figures: number;
  readonly firstSegment: number;
  readonly segmentBytes: number;
  readonly within: SegmentLayout;
}

export interface SegmentLayout {
  /** int8[SEGMENT_ROWS][width] */
  readonly codes: number;
  /** u8[SEGMENT_ROWS / 16][signBytes][16] */
  readonly signs: number;
  /** f32[SEGMENT_ROWS][width] */
  readonly exact: number;
  /** i32[SEGMENT_ROWS] */
  readonly sums: number;
  /** f32[SEGMENT_ROWS] each */
  readonly scales: number;
  readonly slack: number;
  readonly factors: number;
  /** f32[SEGMENT_ROWS]: what the last scan made of each row */
  readonly values: number;
}

/** @param dimension values per embedding, 1 to 2,048 */
export function layoutFor(dimension: number): GalleryLayout {
  assert(
    Number.isInteger(dimension) && dimension > 0 && dimension <= MAX_DIMENSION,
    `dimension is 1 to ${MAX_DIMENSION}`,
  );
  const width = Math.ceil(dimension / LANES) * LANES;
  const signBytes = dimension >= SIGNS_FROM_DIMENSION ? width / 8 : 0;
  const head = placeInTurn();
  const control = head.place(CONTROL_WORDS * 4);
  const query = head.place(width * 4);
  const queryCodes = head.place(width);
  const lowTables = head.place(signBytes * BLOCK_ROWS);
  const highTables = head.place(signBytes * BLOCK_ROWS);
  const probe = { from: query, to: head.end() };
  const picked = head.place(SEGMENT_ROWS * 4);
  const scores = head.place(SEGMENT_ROWS * 4);
  const figures = head.place(4 * 4);
  const segment = placeInTurn();
  const within = {
    codes: segment.place(SEGMENT_ROWS * width),
    signs: segment.place(SEGMENT_ROWS * signBytes),
    exact: segment.place(SEGMENT_ROWS * width * 4),
    sums: segment.place(SEGMENT_ROWS * 4),
    scales: segment.place(SEGMENT_ROWS * 4),
    slack: segment.place(SEGMENT_ROWS * 4),
    factors: segment.place(SEGMENT_ROWS * 4),
    values: segment.place(SEGMENT_ROWS * 4),
  };
  return {
    dimension,
    width,
    signBytes,
    control,
    query,
    queryCodes,
    lowTables,
    highTables,
    probe,
    picked,
    scores,
    figures,
    firstSegment: head.end(),
    segmentBytes: segment.end(),
    within,
  };
}

/** Hands out one place after the other, each on a cache line of its own. */
function placeInTurn() {
  let at = 0;
  return {
    place(bytes: number): number {
      const from = at;
      at += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
      return from;
    },
    end: () => at,
  };
}
