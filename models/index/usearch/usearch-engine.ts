import type * as Usearch from 'usearch';
import { present } from '../../../shared/kernel/assert.ts';
import type { SearchOptions, TemplateBatch } from '../gallery-index.ts';
import type { Found, IndexEngine } from '../index-engine.ts';
import { loadOptional } from '../load-optional.ts';
import { rankNearest, SPARE_ROWS } from '../nearest.ts';
import { RowIds } from '../row-ids.ts';

/** Rows that are allocated and searched at once. */
const SEGMENT_ROWS = 16_384;
/** More wait for one another in a loop, which takes seconds where anything else wants the cores. */
const THREADS = 1;

interface Near {
  readonly row: number;
  readonly distance: number;
}

/**
 * usearch's exact search: one scan of all float32 rows. Its graph index (HNSW) finds the right person in 70 to 95
 * of 100 searches and is not offered.
 *
 * `exactSearch` reads from the beginning of an array's buffer, whatever part of it the array covers: it is only ever
 * given arrays that begin there.
 */
class UsearchEngine implements IndexEngine {
  readonly name = 'usearch';
  private readonly usearch: typeof Usearch;
  private readonly dimension: number;
  private readonly segments: Float32Array[] = [];
  private readonly ids = new RowIds();

  constructor(usearch: typeof Usearch, dimension: number) {
    this.usearch = usearch;
    this.dimension = dimension;
  }

  get size(): number {
    return this.ids.size;
  }

  insertMany({ ids, embeddings }: TemplateBatch): void {
    const { dimension } = this;
    for (const [i, id] of ids.entries()) {
      const row = this.ids.rowFor(id);
      if (row === this.segments.length * SEGMENT_ROWS) {
        this.segments.push(new Float32Array(SEGMENT_ROWS * dimension));
      }
      this.embedding(row).set(embeddings.subarray(i * dimension, (i + 1) * dimension));
      this.ids.put(id, row);
    }
  }

  erase(id: string): boolean {
    const removed = this.ids.remove(id);
    if (!removed) return false;
    this.embedding(removed.row).set(this.embedding(removed.last));
    this.embedding(removed.last).fill(0);
    return true;
  }

  search(probe: Float32Array, { top }: SearchOptions): Found {
    const { size } = this;
    const wanted = Math.min(size, top + SPARE_ROWS);
    const whole = Float32Array.from(probe);
    const near = this.segments
      .flatMap((_, segment) => this.searchSegment(segment, whole, wanted))
      .toSorted((p, q) => p.distance - q.distance)
      .slice(0, wanted)
      .map(({ row }) => ({ id: this.ids.idOf(row), embedding: this.embedding(row) }));
    whole.fill(0);
    return rankNearest(probe, near, { top, size });
  }

  async close(): Promise<void> {
    for (const segment of this.segments) segment.fill(0);
  }

  private searchSegment(segment: number, probe: Float32Array, wanted: number): Near[] {
    const { dimension, usearch } = this;
    const first = segment * SEGMENT_ROWS;
    const rows = Math.min(SEGMENT_ROWS, this.size - first);
    if (rows <= 0) return [];
    const all = present(this.segments[segment], 'segment').subarray(0, rows * dimension);
    const { keys, distances } = usearch.exactSearch(
      all,
      probe,
      dimension,
      Math.min(rows, wanted),
      usearch.MetricKind.IP,
      THREADS,
    );
    return Array.from(keys, (key, i) => ({
      row: first + Number(key),
      distance: distances[i] as number,
    }));
  }

  private embedding(row: number): Float32Array {
    const from = (row % SEGMENT_ROWS) * this.dimension;
    const segment = present(this.segments[Math.floor(row / SEGMENT_ROWS)], 'segment of a row');
    return segment.subarray(from, from + this.dimension);
  }
}

/** @throws IndexUnavailableError */
export async function openUsearch(dimension: number): Promise<IndexEngine> {
  const usearch = await loadOptional('usearch', () => import('usearch'));
  return new UsearchEngine(usearch, dimension);
}
