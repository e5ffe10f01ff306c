/**
 * The loops over the gallery's memory. Numbers that name places are byte offsets into it; what they point at
 * is described in scan-kernel.as. Every kernel gives the same bits, except for `score`, where the order of a
 * float32 sum is free.
 */
export interface ScanKernel {
  /** `wasm`, or `native` with the instruction set. */
  readonly name: string;
  readonly scanInt8: (
    ...args: readonly [
      rows: number,
      query: number,
      sums: number,
      scales: number,
      slack: number,
      out: number,
      n: number,
      d: number,
      unit: number,
    ]
  ) => void;
  readonly scanBits: (
    ...args: readonly [
      codes: number,
      low: number,
      high: number,
      factors: number,
      out: number,
      blocks: number,
      w: number,
      unit: number,
      base: number,
    ]
  ) => void;
  readonly collect: (
    ...args: readonly [values: number, n: number, least: number, ids: number]
  ) => number;
  readonly score: (
    ...args: readonly [rows: number, query: number, out: number, n: number, d: number]
  ) => void;
  readonly read: (at: number, bytes: number) => number;
  /** Asks the system for large pages there, where a kernel can. */
  readonly adviseLargePages?: (from: number, bytes: number) => void;
}

/** Rows are padded to a multiple of this many values. */
export const LANES = 64;
/** Rows whose signs lie together. */
export const BLOCK_ROWS = 16;
/** Largest dimension: 16-bit sums of the sign tables hold 256 bytes of signs. */
export const MAX_DIMENSION = 2_048;
