import { assert, present } from '../../shared/kernel/assert.ts';
import type { Candidate } from './gallery-index.ts';
import {
  instantiateKernel,
  MAX_DIMENSION,
  MAXIMUM_PAGES,
  QUERY_STEPS,
  type ScanKernel,
} from './kernel/scan-kernel.ts';

const PAGE_BYTES = 65_536;
/** Rows that are scanned in one call and added to the memory at once. */
const SEGMENT_ROWS = 4_096;
/** The kernel reads 16 values at a time. */
const LANES = 16;
/**
 * What the bound below leaves out: rounding of float32 sums (under 4e-6 for 2,048 values) and norms that
 * differ from 1 by up to 1e-3, which scale a residual of at most 0.09.
 */
const BOUND_SLOP = 1.2e-4;
/** A vector whose length differs from 1 by more was not normalised. */
const NORM_TOLERANCE = 1e-3;
const MAX_TOP = 1_000;

/** The gallery cannot address more rows. */
class GalleryFullError extends Error {
  override readonly name = 'GalleryFullError';
}

interface Segment {
  readonly rowsAt: number;
  readonly exactAt: number;
  readonly scalesAt: number;
  readonly slackAt: number;
  readonly boundsAt: number;
  readonly rows: Int8Array;
  readonly exact: Float32Array;
  readonly scales: Float32Array;
  readonly slack: Float32Array;
  readonly bounds: Float32Array;
}

/**
 * The rows of a gallery in one memory: each as int8 (scanned) and float32 (answered). Exact by
 * construction: quantisation loses a known length of each row, so int8 estimate + that length bounds the
 * true score from above (Cauchy-Schwarz), and every row whose bound reaches the k-th best true score is
 * scored in float32.
 *
 * Invariants: rows 0..size-1 are in use and have an id each; every byte of a row past them is zero.
 */
export class GalleryRows {
  readonly dimension: number;
  private readonly memory: WebAssembly.Memory;
  private readonly kernel: ScanKernel;
  /** Dimension rounded up to what the kernel reads; the rest of each row is zero. */
  private readonly width: number;
  private readonly segments: Segment[] = [];
  private readonly ids: string[] = [];
  private readonly rowOf = new Map<string, number>();
  private readonly queryAt = 0;
  private readonly query16At: number;
  private readonly pickedAt: number;
  private usedBytes: number;
  /** What one int16 step of the present query is worth. */
  private queryUnit = 0;

  constructor(
    memory: WebAssembly.Memory,
    options: { readonly dimension: number; readonly initialCapacity: number },
  ) {
    const { dimension } = options;
    assert(
      Number.isInteger(dimension) && dimension > 0 && dimension <= MAX_DIMENSION,
      `dimension is 1 to ${MAX_DIMENSION}`,
    );
    this.dimension = dimension;
    this.memory = memory;
    this.kernel = instantiateKernel(memory);
    this.width = Math.ceil(dimension / LANES) * LANES;
    this.query16At = this.width * 4;
    this.pickedAt = this.query16At + this.width * 2;
    this.usedBytes = align(this.pickedAt + SEGMENT_ROWS * 4);
    this.reserve(this.usedBytes);
    while (this.segments.length * SEGMENT_ROWS < options.initialCapacity) this.addSegment();
  }

  get size(): number {
    return this.ids.length;
  }

  /**
   * Adds a row, or replaces the one with this id.
   *
   * @throws RangeError when the vector has another dimension or is not of unit length; GalleryFullError
   */
  insert(id: string, embedding: Float32Array): void {
    this.check(embedding);
    const row = this.rowOf.get(id) ?? this.ids.length;
    if (row === this.segments.length * SEGMENT_ROWS) this.addSegment();
    this.write(row, embedding);
    this.rowOf.set(id, row);
    this.ids[row] = id;
  }

  /** Overwrites the row with the last one and the last one with zeros. */
  erase(id: string): boolean {
    const row = this.rowOf.get(id);
    if (row === undefined) return false;
    const last = this.ids.length - 1;
    if (row !== last) {
      this.move(last, row);
      const movedId = present(this.ids[last], 'id of the last row');
      this.ids[row] = movedId;
      this.rowOf.set(movedId, row);
    }
    this.clear(last);
    this.ids.pop();
    this.rowOf.delete(id);
    return true;
  }

  /**
   * The `top` best rows by float32 cosine, best first; equal scores in the order of their ids.
   *
   * @throws RangeError as `insert`
   */
  search(embedding: Float32Array, top: number): Candidate[] {
    this.check(embedding);
    assert(Number.isInteger(top) && top > 0 && top <= MAX_TOP, `top is 1 to ${MAX_TOP}`);
    const lost = this.setQuery(embedding);
    const seeds = this.scanForSeeds(top);
    const scores = seeds.map((row) => this.scoreOf(row)).toSorted((p, q) => q - p);
    const least = scores[top - 1];
    // |query - its int16| * |row's int8|; the latter is 1 plus the row's own residual at most.
    const slop = lost * 1.1 + BOUND_SLOP;
    const candidates = this.collectFrom(least === undefined ? -Infinity : least - slop);
    // A probe is a face too: it does not stay.
    this.view(Uint8Array, this.queryAt, this.width * 6).fill(0);
    return candidates.toSorted((p, q) => q.score - p.score || (p.id < q.id ? -1 : 1)).slice(0, top);
  }

  private check(embedding: Float32Array): void {
    if (embedding.length !== this.dimension) {
      throw new RangeError(`embedding has ${embedding.length} values, not ${this.dimension}`);
    }
    const norm = Math.sqrt(embedding.reduce((sum, value) => sum + value * value, 0));
    // Written so that NaN fails.
    if (!(Math.abs(norm - 1) <= NORM_TOLERANCE))
      throw new RangeError('embedding is not of unit length');
  }

  /** Writes the query as float32 and int16; returns the length that quantisation lost. */
  private setQuery(embedding: Float32Array): number {
    this.view(Float32Array, this.queryAt, this.width).set(embedding);
    const quantised = this.view(Int16Array, this.query16At, this.width);
    const unit = largest(embedding) / QUERY_STEPS;
    this.queryUnit = unit;
    let lost = 0;
    embedding.forEach((value, i) => {
      const step = Math.round(value / unit);
      quantised[i] = step;
      lost += (value - step * unit) ** 2;
    });
    return Math.sqrt(lost);
  }

  /** Bounds every row, and picks the `top` rows with the highest bounds. */
  private scanForSeeds(top: number): number[] {
    let seeds: { readonly row: number; readonly bound: number }[] = [];
    let least = -Infinity;
    this.eachSegment((segment, first, n) => {
      this.kernel.scan(
        segment.rowsAt,
        this.query16At,
        segment.scalesAt,
        segment.slackAt,
        segment.boundsAt,
        n,
        this.width,
        this.queryUnit,
      );
      const count = this.kernel.collect(segment.boundsAt, n, least, this.pickedAt);
      if (count === 0) return;
      const picked = this.view(Uint32Array, this.pickedAt, count);
      for (const at of picked) seeds.push({ row: first + at, bound: segment.bounds[at] as number });
      seeds = seeds.toSorted((p, q) => q.bound - p.bound).slice(0, top);
      if (seeds.length === top) least = present(seeds.at(-1), 'last seed').bound;
    });
    return seeds.map(({ row }) => row);
  }

  private collectFrom(least: number): Candidate[] {
    const candidates: Candidate[] = [];
    this.eachSegment((segment, first, n) => {
      const count = this.kernel.collect(segment.boundsAt, n, least, this.pickedAt);
      for (const at of this.view(Uint32Array, this.pickedAt, count)) {
        const row = first + at;
        candidates.push({ id: present(this.ids[row], 'id of a row'), score: this.scoreOf(row) });
      }
    });
    return candidates;
  }

  private scoreOf(row: number): number {
    const segment = this.segmentOf(row);
    const at = segment.exactAt + (row % SEGMENT_ROWS) * this.width * 4;
    return this.kernel.score(at, this.queryAt, this.width);
  }

  private eachSegment(visit: (segment: Segment, firstRow: number, rows: number) => void): void {
    for (let first = 0; first < this.size; first += SEGMENT_ROWS) {
      visit(this.segmentOf(first), first, Math.min(SEGMENT_ROWS, this.size - first));
    }
  }

  private write(row: number, embedding: Float32Array): void {
    const segment = this.segmentOf(row);
    const slot = row % SEGMENT_ROWS;
    const from = slot * this.width;
    segment.exact.set(embedding, from);
    const scale = largest(embedding) / 127;
    let lost = 0;
    embedding.forEach((value, i) => {
      const step = Math.round(value / scale);
      segment.rows[from + i] = step;
      lost += (value - step * scale) ** 2;
    });
    segment.scales[slot] = scale;
    segment.slack[slot] = Math.sqrt(lost);
  }

  private move(from: number, to: number): void {
    const source = this.segmentOf(from);
    const target = this.segmentOf(to);
    const i = from % SEGMENT_ROWS;
    const j = to % SEGMENT_ROWS;
    const { width } = this;
    target.exact.set(source.exact.subarray(i * width, (i + 1) * width), j * width);
    target.rows.set(source.rows.subarray(i * width, (i + 1) * width), j * width);
    target.scales[j] = source.scales[i] as number;
    target.slack[j] = source.slack[i] as number;
  }

  private clear(row: number): void {
    const segment = this.segmentOf(row);
    const slot = row % SEGMENT_ROWS;
    segment.exact.fill(0, slot * this.width, (slot + 1) * this.width);
    segment.rows.fill(0, slot * this.width, (slot + 1) * this.width);
    segment.scales[slot] = 0;
    segment.slack[slot] = 0;
    segment.bounds[slot] = 0;
  }

  private segmentOf(row: number): Segment {
    return present(this.segments[Math.floor(row / SEGMENT_ROWS)], 'segment of a row');
  }

  private addSegment(): void {
    const { width } = this;
    const rowsAt = this.usedBytes;
    const exactAt = rowsAt + SEGMENT_ROWS * width;
    const scalesAt = exactAt + SEGMENT_ROWS * width * 4;
    const slackAt = scalesAt + SEGMENT_ROWS * 4;
    const boundsAt = slackAt + SEGMENT_ROWS * 4;
    const end = boundsAt + SEGMENT_ROWS * 4;
    this.reserve(end);
    this.usedBytes = align(end);
    this.segments.push({
      rowsAt,
      exactAt,
      scalesAt,
      slackAt,
      boundsAt,
      rows: this.view(Int8Array, rowsAt, SEGMENT_ROWS * width),
      exact: this.view(Float32Array, exactAt, SEGMENT_ROWS * width),
      scales: this.view(Float32Array, scalesAt, SEGMENT_ROWS),
      slack: this.view(Float32Array, slackAt, SEGMENT_ROWS),
      bounds: this.view(Float32Array, boundsAt, SEGMENT_ROWS),
    });
  }

  private reserve(bytes: number): void {
    const wanted = Math.ceil(bytes / PAGE_BYTES);
    if (wanted > MAXIMUM_PAGES) throw new GalleryFullError(`no room after ${this.size} rows`);
    const available = this.memory.buffer.byteLength / PAGE_BYTES;
    if (wanted > available) this.memory.grow(wanted - available);
  }

  private view<T>(
    type: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T,
    at: number,
    length: number,
  ): T {
    return new type(this.memory.buffer, at, length);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

/** Largest magnitude; never 0, which a unit vector's cannot be. */
function largest(vector: Float32Array): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
}
