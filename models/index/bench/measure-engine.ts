import {
  GalleryFullError,
  type GalleryIndex,
  IndexUnavailableError,
  type SearchOptions,
} from '../gallery-index.ts';
import type { IndexSettings } from '../index-settings.ts';
import { openGalleryIndex } from '../threaded-index.ts';
import { bestOfOne } from './plain-scan.ts';
import type { TrialGallery, TrialProbe } from './trial-gallery.ts';

/** Figures of one way to search. Times are what the caller waits, ms. */
export interface SearchFigures {
  readonly queries: number;
  /** The quickest: what p50 comes to where nothing else runs. */
  readonly least: number;
  readonly p50: number;
  readonly p95: number;
  /** Share of probes whose first candidate is the one a plain scan finds. */
  readonly rank1: { readonly genuine: number; readonly impostor: number };
  /** Share of answers that are proven. */
  readonly certified: number;
  /** Answers that were called proven and are wrong: a bug. */
  readonly certifiedWrong: number;
}

export interface EngineFigures extends SearchFigures {
  readonly engine: string;
  readonly how: string;
  /** Filling it with all templates, s. */
  readonly fillS: number;
  /** One template, ms. */
  readonly insertMs: number;
  readonly eraseMs: number;
}

export interface NotRun {
  readonly engine: string;
  readonly notRun: string;
}

/** A way to search an engine. */
export interface Way {
  readonly how: string;
  readonly options: SearchOptions;
}

export interface EnginePlan {
  readonly label: string;
  readonly settings: Omit<IndexSettings, 'dimension'>;
  readonly ways: readonly Way[];
  /** All templates in one call: an engine that cannot hold them, and fills slowly, refuses at once. */
  readonly atOnce?: boolean;
}

const BATCH = 4_096;
/** Of one engine's searches in one way. */
const SEARCH_BUDGET_MS = 20_000;
const LEAST_QUERIES = 5;
/** At most as many as there are rows. */
const UPDATES = 100;
const SLOW_MS = 20;
const WARM_UP = 3;

/** Fills an engine with the gallery, searches it in each way, and closes it. */
export async function measureEngine(
  gallery: TrialGallery,
  plan: EnginePlan,
): Promise<(EngineFigures | NotRun)[]> {
  const { dimension } = gallery.templates;
  try {
    const index = await openGalleryIndex({ ...plan.settings, dimension });
    try {
      const startedAt = performance.now();
      await fill(index, gallery, plan.atOnce === true ? gallery.rows : BATCH);
      const fillS = (performance.now() - startedAt) / 1_000;
      const figures: EngineFigures[] = [];
      const updates = await measureUpdates(index, gallery);
      for (const { how, options } of plan.ways) {
        const search = async (probe: TrialProbe) => {
          const { candidates, certified } = await index.search(probe.embedding, options);
          return { row: Number(candidates[0]?.id ?? -1), certified };
        };
        figures.push({
          engine: plan.label,
          how,
          fillS,
          ...updates,
          ...(await measureSearches(gallery, search)),
        });
      }
      return figures;
    } finally {
      await index.close();
    }
  } catch (error) {
    if (error instanceof GalleryFullError || error instanceof IndexUnavailableError) {
      return [{ engine: plan.label, notRun: error.message }];
    }
    throw error;
  }
}

/** The same search without any index, on this thread. */
export async function measurePlainJavaScript(gallery: TrialGallery): Promise<EngineFigures> {
  const search = async (probe: TrialProbe) => ({
    row: bestOfOne(gallery.templates, probe.embedding).row,
    certified: true,
  });
  const none = { fillS: 0, insertMs: 0, eraseMs: 0 };
  const figures = await measureSearches(gallery, search);
  return { engine: 'plain JavaScript', how: 'float32', ...none, ...figures };
}

async function fill(index: GalleryIndex, gallery: TrialGallery, batch: number): Promise<void> {
  const { rows, templates } = gallery;
  const { dimension, values } = templates;
  for (let from = 0; from < rows; from += batch) {
    const to = Math.min(rows, from + batch);
    const ids = Array.from({ length: to - from }, (_, i) => String(from + i));
    const embeddings = values.subarray(from * dimension, to * dimension);
    await index.insertMany({ ids, embeddings });
  }
}

/** Takes templates out and puts them back: one after the other where that is slow, else many in a row. */
async function measureUpdates(index: GalleryIndex, gallery: TrialGallery) {
  const first = await timeUpdates(index, gallery, 1);
  return first.insertMs + first.eraseMs > SLOW_MS ? first : timeUpdates(index, gallery, UPDATES);
}

/** Mean times; the next one is on its way while one is being done. */
async function timeUpdates(index: GalleryIndex, gallery: TrialGallery, count: number) {
  const { rows, templates } = gallery;
  const { dimension, values } = templates;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i / count) * rows));
  const startedAt = performance.now();
  await Promise.all(chosen.map((row) => index.erase(String(row))));
  const between = performance.now();
  await Promise.all(
    chosen.map((row) =>
      index.insert(String(row), values.subarray(row * dimension, (row + 1) * dimension)),
    ),
  );
  const end = performance.now();
  return { insertMs: (end - between) / count, eraseMs: (between - startedAt) / count };
}

async function measureSearches(
  { probes }: TrialGallery,
  search: (probe: TrialProbe) => Promise<{ readonly row: number; readonly certified: boolean }>,
): Promise<SearchFigures> {
  for (const probe of probes.slice(0, WARM_UP)) await search(probe);
  const times: number[] = [];
  const right = { genuine: 0, impostor: 0 };
  const asked = { genuine: 0, impostor: 0 };
  let certified = 0;
  let certifiedWrong = 0;
  const until = performance.now() + SEARCH_BUDGET_MS;
  for (const probe of probes) {
    if (times.length >= LEAST_QUERIES && performance.now() > until) break;
    const startedAt = performance.now();
    const found = await search(probe);
    times.push(performance.now() - startedAt);
    const kind = probe.isGenuine ? 'genuine' : 'impostor';
    const isRight = found.row === probe.best.row;
    asked[kind] += 1;
    if (isRight) right[kind] += 1;
    if (found.certified) certified += 1;
    if (found.certified && !isRight) certifiedWrong += 1;
  }
  return {
    queries: times.length,
    least: quantile(times, 0),
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    rank1: {
      genuine: right.genuine / asked.genuine,
      impostor: right.impostor / asked.impostor,
    },
    certified: certified / times.length,
    certifiedWrong,
  };
}

/** @param at from 0 to 1 */
function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((p, q) => p - q);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;
}
