import { BLOCK_ROWS } from '../kernel/scan-kernel.ts';

/** Codes are 64 +- 63: with seven bits every kernel's integer product is exact. */
const QUERY_STEPS = 63;
const QUERY_ZERO = 64;
/** What the scan needs to know of a query besides its codes. */
export interface QueryFigures {
  readonly unit: number;
  /** Euclidean norm of what the codes lost of the query. */
  readonly lost: number;
}

/** Writes a query as 7-bit codes. @param codes of the query's own length or longer; the rest stays */
export function encodeQuery(embedding: Float32Array, codes: Uint8Array): QueryFigures {
  const unit = Math.fround(largest(embedding) / QUERY_STEPS);
  let lost = 0;
  for (let i = 0; i < embedding.length; i += 1) {
    const value = embedding[i] as number;
    const step = nearest(value / unit);
    const rest = value - step * unit;
    codes[i] = QUERY_ZERO + step;
    lost += rest * rest;
  }
  return { unit, lost: Math.sqrt(lost) };
}

/** Turns a sum of table entries into a sum over signs: sum * unit + base. */
export interface TableFigures {
  readonly unit: number;
  readonly base: number;
}

const TABLE_MOST = 127;
const NIBBLE = 4;

/**
 * Writes what each nibble of four signs contributes: twice the magnitudes of the values whose sign it has.
 * After "Quicker ADC" (André, Kermarrec, Le Scouarnec, 2019), where a register looks up 16 rows at once.
 *
 * @param tables low and high nibbles, each u8[bytes of signs a row][16]
 */
export function encodeTables(
  embedding: Float32Array,
  tables: { readonly low: Uint8Array; readonly high: Uint8Array },
): TableFigures {
  let magnitudes = 0;
  let most = 0;
  for (let first = 0; first < embedding.length; first += NIBBLE) {
    let own = 0;
    for (let i = first; i < Math.min(first + NIBBLE, embedding.length); i += 1) {
      own += Math.abs(embedding[i] as number);
    }
    magnitudes += own;
    most = Math.max(most, own);
  }
  const unit = (2 * most) / TABLE_MOST;
  for (let nibble = 0; nibble * NIBBLE < embedding.length; nibble += 1) {
    const table = nibble % 2 === 0 ? tables.low : tables.high;
    const four = embedding.subarray(nibble * NIBBLE, (nibble + 1) * NIBBLE);
    writeTable(four, unit, table.subarray((nibble >> 1) * BLOCK_ROWS));
  }
  return { unit, base: -magnitudes };
}

function writeTable(four: Float32Array, unit: number, table: Uint8Array): void {
  for (let signs = 0; signs < 1 << NIBBLE; signs += 1) {
    let agreeing = 0;
    for (let k = 0; k < four.length; k += 1) {
      const value = four[k] as number;
      if (((signs & (1 << k)) !== 0) === value > 0) agreeing += Math.abs(value);
    }
    table[signs] = Math.round((2 * agreeing) / unit);
  }
}

/** To a whole number; what it loses is measured, so halves may go either way. Several times quicker than Math.round. */
function nearest(value: number): number {
  return (value < 0 ? value - 0.5 : value + 0.5) | 0;
}

/** Largest magnitude; never 0, which a unit vector's cannot be. */
function largest(vector: Float32Array): number {
  let most = Number.MIN_VALUE;
  for (let i = 0; i < vector.length; i += 1) {
    const magnitude = Math.abs(vector[i] as number);
    if (magnitude > most) most = magnitude;
  }
  return most;
}
