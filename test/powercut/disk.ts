import { dirname } from 'node:path';
import type { Operation } from './recording.ts';

/** What a power cut does to everything that was not flushed. */
export const CUT_KINDS = ['lost', 'kept', 'torn', 'reordered'] as const;
export type CutKind = (typeof CUT_KINDS)[number];

/** What a disk writes whole or not at all; SQLite assumes no more of it. */
const SECTOR_BYTES = 512;

type Change =
  | { readonly at: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly at: number; readonly length: number };

interface RecordedFile {
  /** What is on the disk for sure. */
  readonly stable: Contents;
  /** Done since, in order: any of it may be on the disk. */
  pending: Change[];
  /** Where the flushes began that have not ended. */
  readonly flushes: number[];
}

interface NameChange {
  readonly at: number;
  readonly folder: string;
  readonly apply: (names: Map<string, RecordedFile>) => void;
}

/**
 * A disk as a power cut may find it: what was flushed is there, what was not may be lost, torn or there in another order.
 *
 * - A file's bytes are safe once a flush of that file, begun after them, has ended.
 * - A name (made, changed or removed) is safe once a flush of its folder, begun after that, has ended; until then names
 *   survive in the order in which they changed, as journals of file systems have it.
 * - Bytes between old and new end that were not written or were lost read as zeros.
 */
export class RecordedDisk {
  private readonly files = new Map<bigint, RecordedFile>();
  private readonly stableNames = new Map<string, RecordedFile>();
  private readonly names = new Map<string, RecordedFile>();
  private pendingNames: NameChange[] = [];
  private readonly folderFlushes = new Map<string, number[]>();
  private count = 0;

  /** Does the next operation of the recording. */
  apply(operation: Operation): void {
    const at = this.count;
    this.count += 1;
    switch (operation.kind) {
      case 'created':
        this.create(operation.inode, operation.name);
        break;
      case 'opened':
        // it was there before the recording began
        if (!this.files.has(operation.inode)) this.create(operation.inode, operation.name);
        break;
      case 'write':
        this.file(operation.inode).pending.push({ at, ...operation });
        break;
      case 'truncate':
        this.file(operation.inode).pending.push({ at, length: operation.length });
        break;
      case 'flush-begins':
        this.flushesOf(operation).push(at);
        break;
      case 'flushed':
        this.flushed(operation);
        break;
      case 'rename':
        this.rename(operation.from, operation.to);
        break;
      case 'unlink':
        this.rename(operation.name, undefined);
        break;
    }
  }

  /**
   * What is on the disk when the power fails now. Changes nothing here.
   *
   * @param random numbers in [0, 1): which of the unflushed changes survive
   * @returns the files by name
   */
  cut(kind: CutKind, random: () => number): Map<string, Buffer> {
    const changes = [...this.files.values()].flatMap((file) => file.pending);
    const survive = survivors(kind, changes, random);
    const names = new Map(this.stableNames);
    const kept =
      kind === 'lost'
        ? 0
        : kind === 'kept'
          ? this.pendingNames.length
          : Math.floor(random() * (this.pendingNames.length + 1));
    for (const change of this.pendingNames.slice(0, kept)) change.apply(names);
    return new Map([...names].map(([name, file]) => [name, contentsOf(file, survive)]));
  }

  private create(inode: bigint, name: string): void {
    const file: RecordedFile = { stable: new Contents(), pending: [], flushes: [] };
    this.files.set(inode, file);
    this.changeNames(name, (names) => void names.set(name, file));
  }

  private rename(from: string, to: string | undefined): void {
    const file = this.names.get(from);
    if (!file) return;
    this.changeNames(to ?? from, (names) => {
      names.delete(from);
      if (to !== undefined) names.set(to, file);
    });
  }

  private changeNames(name: string, apply: NameChange['apply']): void {
    apply(this.names);
    this.pendingNames.push({ at: this.count - 1, folder: dirname(name), apply });
  }

  private file(inode: bigint): RecordedFile {
    const file = this.files.get(inode);
    if (!file) throw new Error(`the recording does not say which file ${inode} is`);
    return file;
  }

  private flushesOf(operation: { inode: bigint; name: string; folder: boolean }): number[] {
    if (!operation.folder) return this.file(operation.inode).flushes;
    const begun = this.folderFlushes.get(operation.name) ?? [];
    this.folderFlushes.set(operation.name, begun);
    return begun;
  }

  /** Of several flushes under way the one that began first is taken for ended: the least is called safe. */
  private flushed(operation: { inode: bigint; name: string; folder: boolean }): void {
    const begunAt = this.flushesOf(operation).shift();
    if (begunAt === undefined) throw new Error('a flush ended that never began');
    if (operation.folder) {
      const isSafe = (change: NameChange): boolean =>
        change.at < begunAt && change.folder === operation.name;
      for (const change of this.pendingNames.filter(isSafe)) change.apply(this.stableNames);
      this.pendingNames = this.pendingNames.filter((change) => !isSafe(change));
      return;
    }
    const file = this.file(operation.inode);
    for (const change of file.pending) if (change.at < begunAt) file.stable.change(change);
    file.pending = file.pending.filter((change) => change.at >= begunAt);
  }
}

/** Which parts of a change are on the disk. */
type Survival = (change: Change) => readonly Change[];

function survivors(kind: CutKind, changes: readonly Change[], random: () => number): Survival {
  if (kind === 'lost') return () => [];
  if (kind === 'kept') return (change) => [change];
  if (kind === 'torn') {
    const inOrder = changes.map((change) => change.at).toSorted((a, b) => a - b);
    const tornAt = inOrder[Math.floor(random() * inOrder.length)] ?? 0;
    const share = random();
    return (change) => {
      if (change.at !== tornAt) return change.at < tornAt ? [change] : [];
      if (!('bytes' in change)) return [];
      return [{ ...change, bytes: change.bytes.subarray(0, change.bytes.length * share) }];
    };
  }
  const odds = random();
  return (change) => {
    if (!('bytes' in change)) return random() < odds ? [change] : [];
    return sectorsOf(change).filter(() => random() < odds);
  };
}

function sectorsOf(change: Extract<Change, { bytes: Buffer }>): Change[] {
  const parts: Change[] = [];
  for (let from = 0; from < change.bytes.length; ) {
    const offset = change.offset + from;
    const length = SECTOR_BYTES - (offset % SECTOR_BYTES);
    parts.push({ at: change.at, offset, bytes: change.bytes.subarray(from, from + length) });
    from += length;
  }
  return parts;
}

function contentsOf(file: RecordedFile, survive: Survival): Buffer {
  const contents = file.stable.copy();
  for (const change of file.pending) {
    for (const part of survive(change)) contents.change(part);
  }
  return contents.bytes();
}

/** The bytes of a file, growing. */
class Contents {
  private buffer = Buffer.alloc(0);
  private length = 0;

  change(change: Change): void {
    if (!('bytes' in change)) {
      this.resize(change.length);
      return;
    }
    const end = change.offset + change.bytes.length;
    if (end > this.length) this.resize(end);
    change.bytes.copy(this.buffer, change.offset);
  }

  copy(): Contents {
    const copy = new Contents();
    copy.buffer = Buffer.from(this.bytes());
    copy.length = this.length;
    return copy;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private resize(length: number): void {
    if (length > this.buffer.length) {
      const grown = Buffer.alloc(Math.max(length, this.buffer.length * 2));
      this.bytes().copy(grown);
      this.buffer = grown;
    }
    if (length < this.length) this.buffer.fill(0, length, this.length);
    this.length = length;
  }
}
