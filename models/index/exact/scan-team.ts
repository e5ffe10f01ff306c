import { Worker } from 'node:worker_threads';
import { BLOCK_ROWS, type ScanKernel } from '../kernel/scan-kernel.ts';
import { CONTROL_WORDS, type GalleryLayout, SEGMENT_ROWS } from './gallery-layout.ts';

/** What a helper thread of a scan is given. */
export interface ScanHelperData {
  readonly memory: WebAssembly.Memory;
  readonly layout: GalleryLayout;
  /** The leader's. */
  readonly kernel: string;
}

/** Which scan, and the two numbers of the query that it takes. */
export interface ScanTask {
  readonly kind: 'int8' | 'signs';
  readonly unit: number;
  /** Of `signs` alone. */
  readonly base: number;
}

/** Words of the control block. */
const ROUND = 0;
const NEXT = 1;
const ACTIVE = 2;
const SEGMENTS = 3;
const ROWS = 4;
const KIND = 5;
/** These two are float32. */
const UNIT = 6;
const BASE = 7;

/** No segment has such a number: nothing is to be had. */
const CLOSED = 2 ** 30;
const SPINS = 2_000;

/**
 * Scans all segments, together with helper threads where it has any. Segments are taken one by one, so a
 * helper that the system has put to sleep delays the scan by the one segment it holds, if any.
 *
 * A helper counts itself as active before it asks for a segment, and reads what to do after it got one; the
 * leader changes what to do only while no segment is to be had and nobody is active.
 */
export class ScanTeam {
  private readonly share: SegmentShare;
  private readonly helpers: readonly Worker[];

  constructor(parts: {
    readonly memory: WebAssembly.Memory;
    readonly layout: GalleryLayout;
    readonly kernel: ScanKernel;
    readonly helpers: number;
  }) {
    const { memory, layout, kernel } = parts;
    this.share = new SegmentShare(memory, layout, kernel);
    this.share.close();
    const workerData: ScanHelperData = { memory, layout, kernel: kernel.name };
    this.helpers = Array.from({ length: parts.helpers }, () => {
      const worker = new Worker(new URL('./scan-helper-worker.ts', import.meta.url), {
        workerData,
      });
      worker.unref();
      return worker;
    });
  }

  /** Leaves in `values` what the kernel makes of each of the first `rows` rows. */
  scan(task: ScanTask, rows: number): void {
    this.share.open(task, rows);
    if (this.helpers.length > 0) this.share.callHelpers();
    this.share.work();
    this.share.waitForHelpers();
  }

  async close(): Promise<void> {
    await Promise.all(this.helpers.map((helper) => helper.terminate()));
  }
}

/** One thread's view of the control block. */
export class SegmentShare {
  private readonly words: Int32Array;
  private readonly floats: Float32Array;
  private readonly layout: GalleryLayout;
  private readonly kernel: ScanKernel;

  constructor(memory: WebAssembly.Memory, layout: GalleryLayout, kernel: ScanKernel) {
    this.words = new Int32Array(memory.buffer, layout.control, CONTROL_WORDS);
    this.floats = new Float32Array(memory.buffer, layout.control, CONTROL_WORDS);
    this.layout = layout;
    this.kernel = kernel;
  }

  close(): void {
    Atomics.store(this.words, NEXT, CLOSED);
  }

  open(task: ScanTask, rows: number): void {
    const { words, floats } = this;
    words[ROWS] = rows;
    words[KIND] = task.kind === 'int8' ? 0 : 1;
    floats[UNIT] = task.unit;
    floats[BASE] = task.base;
    Atomics.store(words, SEGMENTS, Math.ceil(rows / SEGMENT_ROWS));
    Atomics.store(words, NEXT, 0);
  }

  /** Scans segments until there are no more. */
  work(): void {
    const { words } = this;
    for (;;) {
      const segment = Atomics.add(words, NEXT, 1);
      if (segment >= Atomics.load(words, SEGMENTS)) return;
      this.scanSegment(segment);
    }
  }

  callHelpers(): void {
    Atomics.add(this.words, ROUND, 1);
    Atomics.notify(this.words, ROUND);
  }

  waitForHelpers(): void {
    const { words } = this;
    this.close();
    for (let spins = 0; ; spins += 1) {
      const active = Atomics.load(words, ACTIVE);
      if (active === 0) return;
      if (spins > SPINS) Atomics.wait(words, ACTIVE, active, 1);
    }
  }

  /** A helper's life: waits for a call, works, and so on. */
  help(): never {
    const { words } = this;
    for (let seen = Atomics.load(words, ROUND); ; seen = Atomics.load(words, ROUND)) {
      Atomics.add(words, ACTIVE, 1);
      try {
        this.work();
      } finally {
        Atomics.sub(words, ACTIVE, 1);
        Atomics.notify(words, ACTIVE);
      }
      Atomics.wait(words, ROUND, seen);
    }
  }

  private scanSegment(segment: number): void {
    const { words, floats, layout, kernel } = this;
    const { within, width, signBytes } = layout;
    const at = layout.firstSegment + segment * layout.segmentBytes;
    const rows = Math.min(SEGMENT_ROWS, (words[ROWS] as number) - segment * SEGMENT_ROWS);
    const unit = floats[UNIT] as number;
    if (words[KIND] === 0) {
      kernel.scanInt8(
        at + within.codes,
        layout.queryCodes,
        at + within.sums,
        at + within.scales,
        at + within.slack,
        at + within.values,
        rows,
        width,
        unit,
      );
      return;
    }
    kernel.scanBits(
      at + within.signs,
      layout.lowTables,
      layout.highTables,
      at + within.factors,
      at + within.values,
      Math.ceil(rows / BLOCK_ROWS),
      signBytes,
      unit,
      floats[BASE] as number,
    );
  }
}
