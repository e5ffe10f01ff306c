import { present } from '../../../shared/kernel/assert.ts';
import { GalleryFullError } from '../gallery-index.ts';
import { BLOCK_ROWS } from '../kernel/scan-kernel.ts';
import { MAXIMUM_PAGES, openWasmKernel, type RowEncoder } from '../kernel/wasm-kernel.ts';
import { RowIds } from '../row-ids.ts';
import { type GalleryLayout, SEGMENT_ROWS, type SegmentLayout } from './gallery-layout.ts';

const PAGE_BYTES = 65_536;
/** What the system hands out at once at least. */
const SYSTEM_PAGE_BYTES = 4_096;
/** Room that is kept ready. */
const SPARE_ROWS = 1_024;
/** A millisecond where fresh memory is slow. */
const PREPARED_BYTES = 262_144;

interface Segment {
  readonly codes: Int8Array;
  readonly signs: Uint8Array;
  readonly exact: Float32Array;
  readonly sums: Int32Array;
  readonly scales: Float32Array;
  readonly slack: Float32Array;
  readonly factors: Float32Array;
  readonly values: Float32Array;
}

/**
 * The rows of a gallery in one memory: each as float32 (answers), int8 (scanned) and, where the dimension
 * allows, one bit a value (prefilter).
 *
 * Invariants: rows 0..size-1 are in use and have an id each; every byte of a row past them is zero.
 */
export class GalleryRows {
  readonly layout: GalleryLayout;
  private readonly memory: WebAssembly.Memory;
  private readonly onGrown: (from: number, bytes: number) => void;
  private readonly encoder: RowEncoder;
  /** What the encoder tells of a row; its second word is a whole number. */
  private readonly figures: Float32Array;
  private readonly sums: Int32Array;
  private readonly segments: Segment[] = [];
  private readonly ids = new RowIds();
  /** Up to here every page has been written. */
  private preparedTo: number;

  /** @param onGrown told of each stretch of memory before it is first written */
  constructor(
    memory: WebAssembly.Memory,
    layout: GalleryLayout,
    onGrown: (from: number, bytes: number) => void = () => undefined,
  ) {
    this.memory = memory;
    this.layout = layout;
    this.onGrown = onGrown;
    this.reserve(layout.firstSegment);
    this.preparedTo = layout.firstSegment;
    this.encoder = openWasmKernel(memory);
    this.figures = new Float32Array(memory.buffer, layout.figures, 4);
    this.sums = new Int32Array(memory.buffer, layout.figures, 4);
  }

  get size(): number {
    return this.ids.size;
  }

  /**
   * Gets memory for as many rows more.
   *
   * @throws GalleryFullError; rows are as before then
   */
  makeRoom(rows: number): void {
    const { layout, size } = this;
    const wanted = Math.ceil((size + rows) / SEGMENT_ROWS);
    this.reserve(layout.firstSegment + wanted * layout.segmentBytes);
    while (this.segments.length < wanted) this.addSegment();
  }

  /**
   * Writes to a stretch of memory that rows will come to. The system hands out memory at the first write, and for a new
   * segment that takes tens of milliseconds in a virtual machine.
   *
   * @returns whether there is more to prepare
   */
  prepare(): boolean {
    const { firstSegment, segmentBytes } = this.layout;
    const end = firstSegment + this.segments.length * segmentBytes;
    if (this.preparedTo === end) {
      if (this.segments.length * SEGMENT_ROWS - this.size >= SPARE_ROWS) return false;
      return this.hasGrown();
    }
    const to = Math.min(end, this.preparedTo + PREPARED_BYTES);
    const bytes = new Uint8Array(this.memory.buffer, this.preparedTo, to - this.preparedTo);
    for (let at = 0; at < bytes.length; at += SYSTEM_PAGE_BYTES) Atomics.add(bytes, at, 0);
    this.preparedTo = to;
    return true;
  }

  /**
   * Adds a row, or replaces the one with this id. There must be room.
   *
   * @param embedding of this dimension and of unit length; the caller has checked it
   */
  put(id: string, embedding: Float32Array): void {
    const row = this.ids.rowFor(id);
    this.write(row, embedding);
    this.ids.put(id, row);
  }

  /** Overwrites the row with the last one and the last one with zeros. */
  erase(id: string): boolean {
    const removed = this.ids.remove(id);
    if (!removed) return false;
    if (removed.row !== removed.last) this.copy(removed.last, removed.row);
    this.clear(removed.last);
    return true;
  }

  idOf(row: number): string {
    return this.ids.idOf(row);
  }

  /** A row's own values, as they were given. */
  exact(row: number): Float32Array {
    const { width, dimension } = this.layout;
    const from = (row % SEGMENT_ROWS) * width;
    return this.segmentOf(row).exact.subarray(from, from + dimension);
  }

  /** What the last scan made of the rows of a segment. */
  values(segment: number): Float32Array {
    return present(this.segments[segment], 'segment').values;
  }

  /** Where an array of a segment begins in the memory. */
  placeOf(segment: number, array: keyof SegmentLayout): number {
    const { firstSegment, segmentBytes, within } = this.layout;
    return firstSegment + segment * segmentBytes + within[array];
  }

  /** Calls back for each segment in use. @param visit gets its number and how many rows it has */
  eachSegment(visit: (segment: number, rows: number) => void): void {
    for (let first = 0; first < this.size; first += SEGMENT_ROWS) {
      visit(first / SEGMENT_ROWS, Math.min(SEGMENT_ROWS, this.size - first));
    }
  }

  private write(row: number, embedding: Float32Array): void {
    const segment = this.segmentOf(row);
    const { width, signBytes } = this.layout;
    const slot = row % SEGMENT_ROWS;
    segment.exact.set(embedding, slot * width);
    const number = Math.floor(row / SEGMENT_ROWS);
    const block = Math.floor(slot / BLOCK_ROWS) * signBytes * BLOCK_ROWS;
    this.encoder.encodeRow(
      this.placeOf(number, 'exact') + slot * width * 4,
      this.placeOf(number, 'codes') + slot * width,
      signBytes === 0 ? 0 : this.placeOf(number, 'signs') + block + (slot % BLOCK_ROWS),
      this.layout.figures,
      width,
    );
    const [scale, , slack, magnitudes] = this.figures;
    segment.scales[slot] = scale as number;
    segment.sums[slot] = this.sums[1] as number;
    segment.slack[slot] = slack as number;
    segment.factors[slot] = 1 / (magnitudes as number);
  }

  private copy(from: number, to: number): void {
    const source = this.segmentOf(from);
    const target = this.segmentOf(to);
    const i = from % SEGMENT_ROWS;
    const j = to % SEGMENT_ROWS;
    const { width } = this.layout;
    target.exact.set(source.exact.subarray(i * width, (i + 1) * width), j * width);
    target.codes.set(source.codes.subarray(i * width, (i + 1) * width), j * width);
    for (const name of ['sums', 'scales', 'slack', 'factors'] as const) {
      target[name][j] = source[name][i] as number;
    }
    const read = this.signBlock(source, i);
    const written = this.signBlock(target, j);
    for (let at = 0; at < read.length; at += BLOCK_ROWS) {
      written[at + (j % BLOCK_ROWS)] = read[at + (i % BLOCK_ROWS)] as number;
    }
  }

  private clear(row: number): void {
    const segment = this.segmentOf(row);
    const { width } = this.layout;
    const slot = row % SEGMENT_ROWS;
    segment.exact.fill(0, slot * width, (slot + 1) * width);
    segment.codes.fill(0, slot * width, (slot + 1) * width);
    for (const name of ['sums', 'scales', 'slack', 'factors', 'values'] as const) {
      segment[name][slot] = 0;
    }
    const block = this.signBlock(segment, slot);
    for (let at = slot % BLOCK_ROWS; at < block.length; at += BLOCK_ROWS) block[at] = 0;
  }

  /** Signs of the 16 rows that this one lies with. */
  private signBlock(segment: Segment, slot: number): Uint8Array {
    const bytes = this.layout.signBytes * BLOCK_ROWS;
    const block = Math.floor(slot / BLOCK_ROWS);
    return segment.signs.subarray(block * bytes, (block + 1) * bytes);
  }

  private segmentOf(row: number): Segment {
    return present(this.segments[Math.floor(row / SEGMENT_ROWS)], 'segment of a row');
  }

  private addSegment(): void {
    const number = this.segments.length;
    const { width, signBytes, firstSegment, segmentBytes } = this.layout;
    const from = firstSegment + number * segmentBytes;
    this.onGrown(from, segmentBytes);
    const { buffer } = this.memory;
    const floats = (array: keyof SegmentLayout, length = SEGMENT_ROWS): Float32Array =>
      new Float32Array(buffer, this.placeOf(number, array), length);
    this.segments.push({
      codes: new Int8Array(buffer, this.placeOf(number, 'codes'), SEGMENT_ROWS * width),
      signs: new Uint8Array(buffer, this.placeOf(number, 'signs'), SEGMENT_ROWS * signBytes),
      exact: floats('exact', SEGMENT_ROWS * width),
      sums: new Int32Array(buffer, this.placeOf(number, 'sums'), SEGMENT_ROWS),
      scales: floats('scales'),
      slack: floats('slack'),
      factors: floats('factors'),
      values: floats('values'),
    });
  }

  /** Adds a segment, where there is memory for one. */
  private hasGrown(): boolean {
    try {
      this.makeRoom(this.segments.length * SEGMENT_ROWS - this.size + 1);
      return true;
    } catch (error) {
      // whoever inserts more is told
      if (error instanceof GalleryFullError) return false;
      throw error;
    }
  }

  private reserve(bytes: number): void {
    const wanted = Math.ceil(bytes / PAGE_BYTES);
    const { dimension } = this.layout;
    if (wanted > MAXIMUM_PAGES) {
      throw new GalleryFullError(
        `the exact index has room for 4 GiB; ${this.size} templates of ${dimension} values are there`,
      );
    }
    const available = this.memory.buffer.byteLength / PAGE_BYTES;
    if (wanted <= available) return;
    try {
      this.memory.grow(wanted - available);
    } catch (cause) {
      throw new GalleryFullError('the system gives no more memory', { cause });
    }
  }
}
