import type { Fairness } from '../../shared/contracts/model-card.ts';
import { areaUnderRoc } from './discrimination.ts';
import { assignBins, binCount, binsOf } from './feature-bins.ts';
import { type Feature, featureOf, type LabelledTable } from './feature-table.ts';
import { stratifiedFolds } from './folds.ts';

/** A feature that tells the group so well stands for it: refused; the first limit only warns. */
export const PROXY_WARNED = 0.65;
export const PROXY_REFUSED = 0.8;
/** All features together always tell something; from here on it is warned of. */
export const TOGETHER_WARNED = 0.75;
/** The four-fifths rule (US Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D). */
export const LEAST_RATIO = 0.8;
/** Smaller groups are not told of: chance would speak. */
const LEAST_GROUP = 30;
const MOST_GROUPS = 10;
const MOST_PROXIES = 20;
const FOLDS = 5;
const BINS = 16;
/** A bin's share is mixed with so many companies of the average. */
const PRIOR = 10;
/** Fewer different numbers are groups as they are; more are split at the median. */
const LEAST_NUMBERS = 10;

/** An attribute that is known of the companies for this test alone. */
export interface SensitiveColumn {
  readonly name: string;
  readonly texts: readonly (string | null)[];
}

export interface FairnessTest {
  /** What the score looks at. */
  readonly table: LabelledTable;
  /** Scores of companies that it had not learnt from; from `favouredFrom` on one is favoured. */
  readonly scores: ArrayLike<number>;
  readonly favouredFrom: number;
  /** How well all features together tell the companies that are marked from the others, on companies not learnt from. */
  readonly together: (marked: Uint8Array) => number;
  readonly seed: string;
}

/**
 * How a score treats the groups of an attribute, and how well its features tell them.
 *
 * @returns undefined where fewer than two groups are large enough
 */
export function fairnessOf(column: SensitiveColumn, test: FairnessTest): Fairness | undefined {
  const groups = groupsOf(column);
  if (groups.length < 2) return undefined;
  const { table, scores, favouredFrom, seed } = test;
  const rates = groups.map(({ group, rows }) => {
    const share = (is: (row: number) => boolean): number => rows.filter(is).length / rows.length;
    return {
      group,
      companies: rows.length,
      bad: share((row) => table.bad[row] === 1),
      favoured: share((row) => (scores[row] ?? 0) >= favouredFrom),
    };
  });
  const best = Math.max(...rates.map(({ favoured }) => favoured));
  const told = rates.map((rate) => ({ ...rate, ratio: best === 0 ? 1 : rate.favoured / best }));
  // of two groups either tells the other
  const asked = groups.length === 2 ? groups.slice(0, 1) : groups;
  const marks = asked.map(({ rows }) => markedRows(rows, table.bad.length));
  const proxies = table.features
    .map((feature) => ({
      feature: feature.name,
      auc: Math.max(...marks.map((marked) => toldBy(feature, marked, seed))),
    }))
    .toSorted((a, b) => b.auc - a.auc || (a.feature < b.feature ? -1 : 1))
    .slice(0, MOST_PROXIES);
  const together = Math.max(...marks.map((marked) => test.together(marked)));
  const disparateImpact = Math.min(...told.map(({ ratio }) => ratio));
  const strongest = proxies[0]?.auc ?? 0;
  const isWarned =
    strongest >= PROXY_WARNED || together >= TOGETHER_WARNED || disparateImpact < LEAST_RATIO;
  return {
    attribute: column.name,
    groups: told,
    disparateImpact,
    proxies,
    together,
    verdict: strongest >= PROXY_REFUSED ? 'refused' : isWarned ? 'warned' : 'clear',
  };
}

interface Group {
  readonly group: string;
  readonly rows: readonly number[];
}

/** Companies of each value, the largest groups first; many numbers are two halves. */
function groupsOf({ name, texts }: SensitiveColumn): Group[] {
  const feature = featureOf(name, texts);
  const names = feature.kind === 'number' ? halves(feature.values) : feature.values;
  const rows = new Map<string, number[]>();
  for (const [row, group] of names.entries()) {
    if (group === undefined) continue;
    const own = rows.get(group) ?? [];
    own.push(row);
    rows.set(group, own);
  }
  return [...rows]
    .map(([group, own]) => ({ group: group.slice(0, 100), rows: own }))
    .filter((group) => group.rows.length >= LEAST_GROUP)
    .toSorted((a, b) => b.rows.length - a.rows.length || (a.group < b.group ? -1 : 1))
    .slice(0, MOST_GROUPS);
}

function halves(values: Float64Array): (string | undefined)[] {
  const known = values.filter((value) => !Number.isNaN(value)).toSorted();
  const isMany = new Set(known).size >= LEAST_NUMBERS;
  const median = known[Math.floor(known.length / 2)] ?? 0;
  return Array.from(values, (value) => {
    if (Number.isNaN(value)) return undefined;
    if (!isMany) return `${value}`;
    return value < median ? `below ${median}` : `from ${median}`;
  });
}

function markedRows(rows: readonly number[], all: number): Uint8Array {
  const marked = new Uint8Array(all);
  for (const row of rows) marked[row] = 1;
  return marked;
}

/**
 * How well one feature tells marked companies from the others: each company's bin is as risky as its share of marked ones among
 * companies of the other folds. The order of the bins is learnt too, so that no shape hides a proxy.
 */
export function toldBy(feature: Feature, marked: Uint8Array, seed: string): number {
  const bins = binsOf(feature, { bad: marked, mostBins: BINS });
  const cells = assignBins(bins, feature);
  const foldOf = stratifiedFolds(marked, FOLDS, `${seed}/proxy`);
  const average = marked.reduce((sum, mark) => sum + mark, 0) / marked.length;
  const said = new Float64Array(marked.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const counts = Array.from({ length: binCount(bins) }, () => ({ all: 0, marked: 0 }));
    for (const [row, cell] of cells.entries()) {
      const count = counts[cell];
      if (!count || foldOf[row] === fold) continue;
      count.all += 1;
      count.marked += marked[row] ?? 0;
    }
    for (const [row, cell] of cells.entries()) {
      const count = counts[cell];
      if (!count || foldOf[row] !== fold) continue;
      said[row] = (count.marked + PRIOR * average) / (count.all + PRIOR);
    }
  }
  return areaUnderRoc(said, marked);
}
