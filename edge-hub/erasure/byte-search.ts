import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes to be looked for, by a name for the report. */
export type Needles = Readonly<Record<string, Uint8Array>>;

/** Bytes that must be equal in a row: no accident makes them so. */
const WINDOW_BYTES = 16;
const CHUNK_BYTES = 8 * 1024 * 1024;
const PAIRS = 65_536;

/**
 * Looks for parts of byte strings in other bytes: each needle is cut into windows of 16 bytes, and any of them counts.
 * So what is partly overwritten is found as well.
 */
export class ByteSearch {
  /** Which first two bytes any window has; most places are dismissed by this. */
  private readonly begins = new Uint8Array(PAIRS);
  private readonly windows = new Map<number, { readonly name: string; readonly bytes: Buffer }[]>();

  constructor(needles: Needles) {
    for (const [name, needle] of Object.entries(needles)) {
      for (let at = 0; at + WINDOW_BYTES <= needle.length; at += WINDOW_BYTES) {
        // memory is full of zeros: begin where none are
        while (needle[at] === 0 || needle[at + 1] === 0) at += 1;
        const bytes = Buffer.from(needle.subarray(at, at + WINDOW_BYTES));
        // moved past the last whole window
        if (bytes.length < WINDOW_BYTES) break;
        // a stretch of one value may be anywhere
        if (new Set(bytes).size < WINDOW_BYTES / 2) continue;
        const pair = bytes.readUInt16LE(0);
        this.begins[pair] = 1;
        this.windows.set(pair, [...(this.windows.get(pair) ?? []), { name, bytes }]);
      }
    }
  }

  /** Overwrites what is looked for; afterwards nothing is found. */
  wipe(): void {
    for (const windows of this.windows.values()) for (const { bytes } of windows) bytes.fill(0);
    this.windows.clear();
    this.begins.fill(0);
  }

  /** Names of the needles that any part of is there, and how many parts. */
  in(haystack: Buffer, found = new Map<string, number>()): Map<string, number> {
    const { begins } = this;
    const last = haystack.length - WINDOW_BYTES;
    for (let at = 0; at <= last; at += 1) {
      const pair = (haystack[at] ?? 0) | ((haystack[at + 1] ?? 0) << 8);
      if (begins[pair] === 0) continue;
      for (const { name, bytes } of this.windows.get(pair) ?? []) {
        if (haystack.compare(bytes, 0, WINDOW_BYTES, at, at + WINDOW_BYTES) !== 0) continue;
        found.set(name, (found.get(name) ?? 0) + 1);
      }
    }
    return found;
  }

  /** Everything below a folder, except files of these names. */
  inFiles(dir: string, except: readonly string[] = []): Map<string, number> {
    const found = new Map<string, number>();
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, name);
      if (statSync(path).isFile() && !except.includes(name)) this.in(readFileSync(path), found);
    }
    return found;
  }

  /**
   * What a running process can read and write of its memory: heaps, stacks, WebAssembly, networks.
   *
   * @throws ErrnoException where the system does not let us look (EACCES, EPERM), or it is not Linux (ENOENT)
   */
  inMemory(pid: number): Map<string, number> {
    const found = new Map<string, number>();
    const memory = openSync(`/proc/${pid}/mem`, 'r');
    const pages = openSync(`/proc/${pid}/pagemap`, 'r');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    try {
      for (const [from, to] of writableRegions(pid)) {
        for (const [start, end] of residentRuns(pages, from, to)) {
          // one chunk looks into the next, so that nothing is lost at the seam
          for (let at = start; at < end; at += CHUNK_BYTES - WINDOW_BYTES) {
            const length = readSync(memory, chunk, 0, Math.min(CHUNK_BYTES, end - at), at);
            this.in(chunk.subarray(0, length), found);
            if (at + length >= end) break;
          }
        }
      }
    } finally {
      closeSync(memory);
      closeSync(pages);
    }
    return found;
  }
}

function writableRegions(pid: number): [number, number][] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    return match ? [[Number(`0x${match[1]}`), Number(`0x${match[2]}`)] as [number, number]] : [];
  });
}

const PAGE_BYTES = 4_096;
const ENTRY_BYTES = 8;
/** Present or swapped: the two highest bits of an entry. */
const HELD = 0xc0;

/** Stretches of pages that hold anything: much of what is mapped was never touched. */
function* residentRuns(pagemap: number, from: number, to: number): Generator<[number, number]> {
  const batch = Buffer.alloc(ENTRY_BYTES * 65_536);
  let start: number | undefined;
  for (let at = from; at < to; ) {
    const wanted = Math.min(batch.length, ((to - at) / PAGE_BYTES) * ENTRY_BYTES);
    const length = readSync(pagemap, batch, 0, wanted, (at / PAGE_BYTES) * ENTRY_BYTES);
    if (length === 0) break;
    for (let entry = 0; entry < length; entry += ENTRY_BYTES, at += PAGE_BYTES) {
      const held = ((batch[entry + ENTRY_BYTES - 1] ?? 0) & HELD) !== 0;
      if (held) start ??= at;
      else if (start !== undefined) {
        yield [start, at];
        start = undefined;
      }
    }
  }
  if (start !== undefined) yield [start, to];
}
