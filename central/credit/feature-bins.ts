import type { Feature } from './feature-table.ts';

/** The bin of what is not known; every feature has it. */
export const MISSING_BIN = 0;
/** A bin is one byte. */
export const MOST_BINS = 255;

/** How a feature's values fall into bins. Bin 0 is "not known", the others are in order. */
export type FeatureBins = NumberBins | CategoryBins;

export interface NumberBins {
  readonly kind: 'number';
  readonly name: string;
  /** Ascending; bin 1 holds what is below the first, bin i + 1 what is at least `cuts[i - 1]`. */
  readonly cuts: readonly number[];
}

export interface CategoryBins {
  readonly kind: 'category';
  readonly name: string;
  /** The levels of each bin from 1 on, by rising share of bad companies. */
  readonly levels: readonly (readonly string[])[];
  /** The bin of a level that is in none. */
  readonly otherBin: number;
}

/** Rows that a level needs for a bin of its own. */
const LEAST_LEVEL_ROWS = 8;
/** A level's share of bad companies is mixed with this many rows of the average: few rows prove little. */
const PRIOR_ROWS = 20;

export interface BinningData {
  readonly bad: Uint8Array;
  /** Bins for what is known. */
  readonly mostBins: number;
}

/** Bins of about equally many rows; categories in the order of their smoothed share of bad companies. */
export function binsOf(feature: Feature, { bad, mostBins }: BinningData): FeatureBins {
  const { name } = feature;
  if (feature.kind === 'number') {
    return { kind: 'number', name, cuts: quantileCuts(feature.values, mostBins) };
  }
  return { name, ...levelBins(feature.values, bad) };
}

/** How many bins there are, "not known" included. */
export function binCount(bins: FeatureBins): number {
  return bins.kind === 'number' ? bins.cuts.length + 2 : bins.levels.length + 1;
}

/** What is known of one feature of one company. */
export type FeatureValue = number | string | undefined;

/** The bin of each of a feature's values. */
export function assignBins(bins: FeatureBins, feature: Feature): Uint8Array {
  if (bins.kind === 'number') {
    const values = feature.kind === 'number' ? feature.values : feature.values.map(Number);
    return Uint8Array.from(values, (value) => binOfNumber(bins, value));
  }
  const binOfLevel = new Map(
    bins.levels.flatMap((levels, i) => levels.map((level) => [level, i + 1] as const)),
  );
  const texts =
    feature.kind === 'category' ? feature.values : Array.from(feature.values, numberAsLevel);
  return Uint8Array.from(texts, (level) =>
    level === undefined ? MISSING_BIN : (binOfLevel.get(level) ?? bins.otherBin),
  );
}

/** The bin of one value. */
export function binOfValue(bins: FeatureBins, value: FeatureValue): number {
  if (bins.kind === 'number') return binOfNumber(bins, Number(value ?? Number.NaN));
  const level = typeof value === 'number' ? numberAsLevel(value) : value;
  if (level === undefined) return MISSING_BIN;
  const found = bins.levels.findIndex((levels) => levels.includes(level));
  return found < 0 ? bins.otherBin : found + 1;
}

/** Where a value lies. Numbers are rounded to four digits, for people; no levels: any that is not named. */
export type ValueRange =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'number'; readonly from: number | null; readonly below: number | null }
  | { readonly kind: 'exact'; readonly value: number }
  | { readonly kind: 'levels'; readonly levels: readonly string[] };

/** What a bin holds. */
export function rangeOfBin(bins: FeatureBins, bin: number): ValueRange {
  if (bin === MISSING_BIN) return { kind: 'unknown' };
  if (bins.kind === 'category') return { kind: 'levels', levels: bins.levels[bin - 1] ?? [] };
  const [from = null, below = null] = [bins.cuts[bin - 2], bins.cuts[bin - 1]].map(
    (cut) => cut && Number(cut.toPrecision(4)),
  );
  return { kind: 'number', from, below };
}

/** A range in words: "below 0.5", "0.5 to 2", "retail, catering". */
export function describeRange(range: ValueRange): string {
  if (range.kind === 'unknown') return 'not known';
  if (range.kind === 'exact') return `${range.value}`;
  if (range.kind === 'levels') return range.levels.join(', ') || 'other';
  const { from, below } = range;
  if (from === null) return below === null ? 'any' : `below ${below}`;
  return below === null ? `from ${from}` : `${from} to ${below}`;
}

function numberAsLevel(value: number): string | undefined {
  return Number.isNaN(value) ? undefined : `${value}`;
}

/** The bin of a number: a binary search among the cuts. */
export function binOfNumber({ cuts }: NumberBins, value: number): number {
  if (Number.isNaN(value)) return MISSING_BIN;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < (cuts[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/**
 * Cuts between distinct values so that the bins hold about equally many rows.
 *
 * @returns at most `mostBins - 1` cuts, ascending, each half way between two neighbouring values
 */
export function quantileCuts(values: Float64Array, mostBins: number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const cuts: number[] = [];
  let from = 0;
  for (let binsLeft = mostBins; binsLeft > 1 && from < sorted.length; binsLeft -= 1) {
    const want = from + Math.max(1, Math.round((sorted.length - from) / binsLeft));
    const cut = nextChange(sorted, want);
    if (cut >= sorted.length) break;
    cuts.push(((sorted[cut - 1] ?? 0) + (sorted[cut] ?? 0)) / 2);
    from = cut;
  }
  return cuts;
}

/** The first position from `at` on where the sorted values change. */
function nextChange(sorted: Float64Array, at: number): number {
  let position = at;
  while (position < sorted.length && sorted[position] === sorted[position - 1]) position += 1;
  return position;
}

function levelBins(
  values: readonly (string | undefined)[],
  bad: Uint8Array,
): Omit<CategoryBins, 'name'> {
  const counts = new Map<string, { rows: number; bads: number }>();
  let bads = 0;
  for (const [row, level] of values.entries()) {
    bads += bad[row] ?? 0;
    if (level === undefined) continue;
    const count = counts.get(level) ?? { rows: 0, bads: 0 };
    count.rows += 1;
    count.bads += bad[row] ?? 0;
    counts.set(level, count);
  }
  const average = bads / Math.max(1, values.length);
  const smoothed = (count: { rows: number; bads: number }): number =>
    (count.bads + PRIOR_ROWS * average) / (count.rows + PRIOR_ROWS);
  const frequent = [...counts]
    .filter(([, { rows }]) => rows >= LEAST_LEVEL_ROWS)
    .map(([level, count]) => ({ levels: [level], rate: smoothed(count), rows: count.rows }))
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, MOST_BINS - 1);
  const bins = [...frequent, { levels: [], rate: average, rows: 0 }].toSorted(
    (a, b) => a.rate - b.rate || (a.levels[0] ?? '').localeCompare(b.levels[0] ?? ''),
  );
  return {
    kind: 'category',
    levels: bins.map(({ levels }) => levels),
    otherBin: bins.findIndex(({ levels }) => levels.length === 0) + 1,
  };
}
