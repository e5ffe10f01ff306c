import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { TemplateKeyRing } from '../../models/template-protection/key-ring.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { type RandomBytes, unwrapChunkKey, wrapChunkKey } from '../enrolment/sealing.ts';
import type { Gallery } from '../recognition/gallery.ts';
import { type Piece, planPieces } from './chunk-plan.ts';
import type { Chunk, ChunkStore } from './chunk-store.ts';
import { Opener } from './opener.ts';
import type { ChunkFile, OpenedPiece } from './opener-messages.ts';

export interface SnapshotParts {
  readonly gallery: Gallery;
  readonly store: ChunkStore;
  readonly databasePath: string;
  /** Of the snapshot's files; made where it is not there. */
  readonly dir: string;
  readonly hubKey: Buffer;
  readonly templateKeys: TemplateKeyRing;
  readonly pack: { readonly packId: string; readonly dimension: number };
  /** Names what the embeddings can be compared with: files of another space are of no use. */
  readonly space: string;
  /** Most templates of one file. */
  readonly chunkRows?: number;
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a gallery was loaded. */
export interface LoadFigures {
  readonly templates: number;
  readonly fromFiles: number;
  readonly fromRows: number;
  readonly broken: number;
  readonly tookMs: number;
}

/** Templates of one file: 8 MB at 512 values, a third of a second to open one by one. */
const CHUNK_ROWS = 4_096;
/** Changes gather for so long before their files are written anew. */
const SETTLE_MS = 60_000;
const KEY_BYTES = 32;
/** Opening is arithmetic: more threads than cores gain nothing, and the index fills itself meanwhile. */
const OPENERS = Math.min(4, availableParallelism());

/**
 * The gallery's way back into memory, and what makes it quick: opened templates sealed again many at a time (ADR 0017).
 * The database's rows are the truth. A file spares opening the rows it holds one by one, and any doubt about it ends in
 * opening them.
 */
export class GallerySnapshot {
  private readonly parts: SnapshotParts;
  private readonly space: string;
  private readonly chunkRows: number;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private loaded = false;
  private stopped = false;

  constructor(parts: SnapshotParts) {
    this.parts = parts;
    this.space = parts.space;
    this.chunkRows = parts.chunkRows ?? CHUNK_ROWS;
  }

  /**
   * Fills the gallery: what is in valid files from there, the rest from rows, which are put into files on the way. The
   * database must not change meanwhile.
   */
  async load(): Promise<LoadFigures> {
    const { store, gallery, clock, dir } = this.parts;
    const startedAtMs = clock.monotonic();
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    store.dropUnfinished(this.space);
    const counts = { fromFiles: 0, fromRows: 0, broken: 0 };
    await this.work(this.plan(), OPENERS, async (opener, piece) => {
      const fromFile = piece.kind === 'chunk' && (await this.openFile(opener, piece.chunk));
      const opened = fromFile || (await this.openRows(opener, piece));
      await gallery.insertMany(opened);
      opened.embeddings.fill(0);
      counts[fromFile ? 'fromFiles' : 'fromRows'] += opened.templateIds.length;
      counts.broken += opened.broken;
    });
    await this.removeOrphans();
    this.loaded = true;
    return { templates: gallery.size, ...counts, tookMs: clock.monotonic() - startedAtMs };
  }

  /** Somebody was enrolled or erased: their file is written anew in a while. */
  galleryChanged(): void {
    if (!this.loaded || this.stopped || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // one writer at a time: two would put the same rows into two files
      this.running = (this.running ?? Promise.resolve())
        .then(() => this.writeChanged())
        .catch((error: unknown) => {
          this.parts.logger.error({ module: 'snapshot', err: error }, 'files were not written');
        });
    }, SETTLE_MS);
    this.timer.unref();
  }

  /** Puts into files what lies in none, on another thread. */
  async writeChanged(): Promise<void> {
    const pieces = this.plan().filter(({ kind }) => kind === 'rows');
    await this.work(pieces, 1, async (opener, piece) => {
      if (this.stopped) return;
      const { embeddings } = await this.openRows(opener, piece);
      embeddings.fill(0);
    });
    await this.removeOrphans();
  }

  /** What is being written is finished; what has changed since is opened from its rows at the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private plan(): Piece[] {
    const { space, chunkRows } = this;
    return [...planPieces(this.parts.store, { space, chunkRows })];
  }

  /** Shares the pieces among so many threads, and ends them. */
  private async work(
    pieces: readonly Piece[],
    threads: number,
    each: (opener: Opener, piece: Piece) => Promise<void>,
  ): Promise<void> {
    const { databasePath, hubKey, pack } = this.parts;
    const templateKeys = this.parts.templateKeys.keys.map(({ secret }) => secret);
    const { space, chunkRows } = this;
    const settings = { databasePath, hubKey, templateKeys, pack, space, chunkRows };
    const queue = pieces.values();
    const oneThread = async (): Promise<void> => {
      const opener = new Opener(settings);
      try {
        for (const piece of queue) await each(opener, piece);
      } finally {
        await opener.close();
      }
    };
    const wanted = Math.min(threads, pieces.length);
    await Promise.all(Array.from({ length: wanted }, oneThread));
  }

  private async openFile(opener: Opener, chunk: Chunk): Promise<OpenedPiece | undefined> {
    const { store, logger } = this.parts;
    const file = this.fileOf(chunk);
    const { firstId, lastId } = chunk;
    const reply = file && (await opener.run({ kind: 'file', file, firstId, lastId }));
    if (reply?.opened) return reply.opened;
    store.drop(chunk.chunkId);
    logger.warn(
      { module: 'snapshot', problem: reply?.problem ?? 'its key does not open' },
      'a file of the snapshot is of no use',
    );
    return undefined;
  }

  /** Opens the rows of a piece, and leaves them in a file for the next time. */
  private async openRows(opener: Opener, piece: Piece): Promise<OpenedPiece> {
    const { store, random, logger, hubKey } = this.parts;
    const { firstId, lastId, rowCount } = piece.kind === 'chunk' ? piece.chunk : piece.rows;
    const chunkId = random(16).toString('hex');
    const key = random(KEY_BYTES);
    const wrappedKey = wrapChunkKey(key, { hubKey, chunkId, random });
    const { space } = this;
    store.begin({ chunkId, space, firstId, lastId, rowCount, wrappedKey });
    const file = { path: this.pathOf(chunkId), key };
    const reply = await opener.run({ kind: 'rows', file, firstId, lastId });
    key.fill(0);
    if (!reply.written) {
      store.drop(chunkId);
      const { problem } = reply;
      if (problem) logger.warn({ module: 'snapshot', problem }, 'no file could be written');
    } else {
      store.finish(chunkId);
    }
    return reply.opened;
  }

  private fileOf({ chunkId, wrappedKey }: Chunk): ChunkFile | undefined {
    try {
      const key = unwrapChunkKey(wrappedKey, { hubKey: this.parts.hubKey, chunkId });
      return { path: this.pathOf(chunkId), key };
    } catch {
      return undefined;
    }
  }

  /** Files without a key are noise. */
  private async removeOrphans(): Promise<void> {
    const { dir, store } = this.parts;
    const names = await readdir(dir);
    // asked for after the files, so that one that was begun meanwhile is in it
    const known = store.chunkIds();
    for (const name of names) if (!known.has(name)) await rm(join(dir, name), { force: true });
  }

  private pathOf(chunkId: string): string {
    return join(this.parts.dir, chunkId);
  }
}
