import { availableParallelism } from 'node:os';
import type { Candidate, SearchOptions, TemplateBatch } from '../gallery-index.ts';
import { byScore, type Found, type IndexEngine, scoreOf } from '../index-engine.ts';
import { openKernel } from '../kernel/open-kernel.ts';
import type { ScanKernel } from '../kernel/scan-kernel.ts';
import { BestRows } from './best-rows.ts';
import { type GalleryLayout, layoutFor, SEGMENT_ROWS } from './gallery-layout.ts';
import { GalleryRows } from './gallery-rows.ts';
import { encodeQuery, encodeTables } from './row-codes.ts';
import { ScanTeam } from './scan-team.ts';

/**
 * What the certificate's bound leaves out: rounding of float32 sums (under 4e-6 for 2,048 values), and norms
 * that differ from 1 by up to 1e-3, which scale a residual of at most 0.18.
 */
const BOUND_SLOP = 2.5e-4;
/** Norm of a row's int8 codes at most: 1 and its residual. */
const CODED_NORM = 1.2;
/** float32 scores of other rows than these cannot be among the best once they are summed in float64. */
const ROUNDING = 1e-5;
/** Rows that signs leave over to be scored. Measured at a million rows; more gave nobody else. */
const PREFILTERED = 2_000;

/** Below, a scan is over before another thread has woken up. */
const HELPERS_FROM = 65_536;
/** Below, int8 is as quick. */
export const PREFILTER_FROM = 131_072;

export interface ExactEngineOptions {
  readonly dimension: number;
  /** Beginning of a kernel's name; by default the best that runs here. */
  readonly kernel?: string;
  /** Threads that scan, at most. */
  readonly threads?: number;
  /** From how many rows on more than one thread scans. */
  readonly helpersFrom?: number;
  /** From how many rows on signs are looked at before int8, where that is allowed. */
  readonly prefilterFrom?: number;
}

/**
 * Exact by construction: quantisation loses a known length of each row and of the query, so int8 estimate
 * plus that bounds the true score from above (Cauchy-Schwarz), and every row whose bound reaches the k-th
 * best true score is scored in float32.
 *
 * Where the caller allows it, a large gallery is first searched by the signs of its values alone. That reads
 * an eighth of the memory, and proves nothing.
 */
export class ExactEngine implements IndexEngine {
  readonly name: string;
  private readonly memory: WebAssembly.Memory;
  private readonly layout: GalleryLayout;
  private readonly kernel: ScanKernel;
  private readonly rows: GalleryRows;
  private readonly options: Required<Omit<ExactEngineOptions, 'kernel'>>;
  private team: ScanTeam;
  private teamHelps = false;

  constructor(memory: WebAssembly.Memory, options: ExactEngineOptions) {
    this.memory = memory;
    const threads = Math.min(2, availableParallelism());
    this.options = {
      threads,
      helpersFrom: HELPERS_FROM,
      prefilterFrom: PREFILTER_FROM,
      ...options,
    };
    this.kernel = openKernel(memory, options.kernel);
    this.name = `exact (${this.kernel.name})`;
    this.layout = layoutFor(options.dimension);
    const { adviseLargePages } = this.kernel;
    this.rows = new GalleryRows(memory, this.layout, adviseLargePages);
    this.team = this.makeTeam(0);
  }

  get size(): number {
    return this.rows.size;
  }

  insertMany({ ids, embeddings }: TemplateBatch): void {
    const { dimension } = this.layout;
    this.rows.makeRoom(ids.length);
    for (const [i, id] of ids.entries()) {
      this.rows.put(id, embeddings.subarray(i * dimension, (i + 1) * dimension));
    }
    if (this.teamHelps || this.options.threads < 2 || this.size < this.options.helpersFrom) return;
    // a team without helpers has nothing to close
    this.team = this.makeTeam(this.options.threads - 1);
    this.teamHelps = true;
  }

  erase(id: string): boolean {
    return this.rows.erase(id);
  }

  prepare(): boolean {
    return this.rows.prepare();
  }

  search(embedding: Float32Array, { top, certifyFrom }: SearchOptions): Found {
    this.view(Float32Array, this.layout.query, this.layout.width).set(embedding);
    try {
      if (certifyFrom !== undefined && this.mayPrefilter()) {
        const candidates = this.searchBySigns(embedding, top);
        const [best] = candidates;
        if (best && best.score < certifyFrom) return { candidates, certified: false };
      }
      return { candidates: this.searchCertified(embedding, top), certified: true };
    } finally {
      const { from, to } = this.layout.probe;
      // a probe is a face too: it does not stay
      this.view(Uint8Array, from, to - from).fill(0);
    }
  }

  async close(): Promise<void> {
    await this.team.close();
  }

  private makeTeam(helpers: number): ScanTeam {
    const { memory, layout, kernel } = this;
    return new ScanTeam({ memory, layout, kernel, helpers });
  }

  private mayPrefilter(): boolean {
    const { prefilterFrom } = this.options;
    return this.layout.signBytes > 0 && this.size >= Math.max(prefilterFrom, PREFILTERED + 1);
  }

  private searchCertified(embedding: Float32Array, top: number): Candidate[] {
    const { width, queryCodes } = this.layout;
    const { unit, lost } = encodeQuery(embedding, this.view(Uint8Array, queryCodes, width));
    this.team.scan({ kind: 'int8', unit, base: 0 }, this.size);
    const seeds = this.highest(top);
    let kth = seeds.length < top ? -Infinity : Infinity;
    this.score(seeds, (_, score) => {
      kth = Math.min(kth, score);
    });
    // the k-th best score is this or higher, and a row that reaches it has no lower bound than:
    const least = kth - lost * CODED_NORM - BOUND_SLOP;
    return this.rank(embedding, this.atLeast(least), top);
  }

  private searchBySigns(embedding: Float32Array, top: number): Candidate[] {
    const { signBytes, lowTables, highTables } = this.layout;
    const figures = encodeTables(embedding, {
      low: this.view(Uint8Array, lowTables, signBytes * 16),
      high: this.view(Uint8Array, highTables, signBytes * 16),
    });
    this.team.scan({ kind: 'signs', ...figures }, this.size);
    return this.rank(embedding, this.highest(Math.max(PREFILTERED, top)), top);
  }

  /** The rows with the highest values of the last scan. */
  private highest(most: number): Uint32Array {
    const best = new BestRows(most, SEGMENT_ROWS);
    this.rows.eachSegment((segment, n) => {
      const values = this.rows.values(segment);
      for (const slot of this.collect(segment, n, best.least)) {
        best.offer(segment * SEGMENT_ROWS + slot, values[slot] as number);
      }
      best.shrinkIfFull();
    });
    return best.take();
  }

  /** All rows whose value in the last scan is at least `least`. */
  private atLeast(least: number): Uint32Array {
    const found: number[] = [];
    this.rows.eachSegment((segment, n) => {
      for (const slot of this.collect(segment, n, least)) found.push(segment * SEGMENT_ROWS + slot);
    });
    return Uint32Array.from(found);
  }

  /** Slots of a segment whose value is at least `least`; valid until the next call. */
  private collect(segment: number, n: number, least: number): Uint32Array {
    const { picked } = this.layout;
    const count = this.kernel.collect(this.rows.placeOf(segment, 'values'), n, least, picked);
    return this.view(Uint32Array, picked, count);
  }

  /** Calls back with the float32 score of each of these rows. */
  private score(rows: Uint32Array, visit: (row: number, score: number) => void): void {
    const { picked, scores, query, width } = this.layout;
    for (let from = 0; from < rows.length; from += SEGMENT_ROWS) {
      const some = rows.subarray(from, from + SEGMENT_ROWS);
      const places = this.view(Uint32Array, picked, some.length);
      const found = this.view(Float32Array, scores, some.length);
      for (let i = 0; i < some.length; i += 1) {
        const row = some[i] as number;
        const segment = Math.floor(row / SEGMENT_ROWS);
        places[i] = this.rows.placeOf(segment, 'exact') + (row % SEGMENT_ROWS) * width * 4;
      }
      this.kernel.score(picked, query, scores, some.length, width);
      for (let i = 0; i < some.length; i += 1) visit(some[i] as number, found[i] as number);
    }
  }

  /** The best of these rows by their true scores. */
  private rank(embedding: Float32Array, rows: Uint32Array, top: number): Candidate[] {
    const best = new BestRows(top, 1);
    const scored = new Float32Array(rows.length);
    let at = 0;
    this.score(rows, (row, score) => {
      scored[at] = score;
      at += 1;
      if (score < best.least) return;
      best.offer(row, score);
      best.shrinkIfFull();
    });
    best.take();
    const least = best.least - ROUNDING;
    const near = [...rows].filter((_, i) => (scored[i] as number) >= least);
    return near
      .map((row) => ({ id: this.rows.idOf(row), score: scoreOf(embedding, this.rows.exact(row)) }))
      .toSorted(byScore)
      .slice(0, top);
  }

  private view<T>(
    type: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T,
    at: number,
    length: number,
  ): T {
    return new type(this.memory.buffer, at, length);
  }
}
