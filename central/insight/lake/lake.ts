import type { Clock } from '../../../shared/kernel/clock.ts';
import type { OpenDatabase } from '../../db/database.ts';
import { readDaysOf, readPendingErasures, readProgress } from './booked-events-store.ts';
import { LakeFolder } from './lake-folder.ts';
import {
  beginEpoch,
  listCrowdedDays,
  listFilesAfter,
  listFilesOfDay,
  readEpoch,
  recordErasures,
  replaceFiles,
} from './lake-record-store.ts';
import { ParquetStore } from './parquet-store.ts';
import { type Epoch, type PassOptions, Projection } from './projection.ts';
import { PseudonymKeys } from './pseudonym-keys.ts';
import { Pseudonyms } from './pseudonyms.ts';

export interface LakeSettings {
  /** The lake's folder; the keys of its pseudonyms lie in another. */
  readonly folder: string;
  readonly keysFolder: string;
  readonly city: string;
  /** By which days and hours are counted. */
  readonly timeZone: string;
  /** Pseudonyms are made anew after so many days. */
  readonly pseudonymDays: number;
}

export interface LakeParts {
  readonly settings: LakeSettings;
  readonly database: OpenDatabase;
  readonly clock: Clock;
}

/** What one pass did. */
export interface LakePass {
  readonly rows: number;
  readonly files: number;
  readonly erased: number;
  readonly rotated: boolean;
  /** Booked events that are not in the lake yet, by hub. */
  readonly behind: Readonly<Record<string, number>>;
}

/** A day that lies in more files than this is written anew as one. */
const MOST_FILES_A_DAY = 16;
const ERASURES_A_PASS = 1_000;
const DAY_MS = 86_400_000;

/**
 * The lake: central's booked payments as Parquet by city, street and day, each event in it exactly once. A refund or a
 * reversal lies with the day of the payment that it corrects, so that a day's files always tell what that day came to.
 *
 * Files first, then one transaction that puts them on record and moves the watermark: whatever happens between, the next
 * start removes what is not on record and projects it again.
 */
export class Lake {
  readonly folder: LakeFolder;
  private readonly parts: LakeParts;
  private readonly keys: PseudonymKeys;
  private readonly parquet: ParquetStore;
  private epoch: Epoch;

  private constructor(
    parts: LakeParts,
    made: { keys: PseudonymKeys; folder: LakeFolder; parquet: ParquetStore; epoch: Epoch },
  ) {
    this.parts = parts;
    this.keys = made.keys;
    this.folder = made.folder;
    this.parquet = made.parquet;
    this.epoch = made.epoch;
  }

  /**
   * Opens the lake, and removes what an earlier process has not finished. Where the key that it was written with is lost, it
   * is written anew with another.
   */
  static async open(parts: LakeParts): Promise<Lake> {
    const { settings, database, clock } = parts;
    const keys = new PseudonymKeys(settings.keysFolder);
    const folder = new LakeFolder(settings.folder, settings.city);
    const now = new Date(clock.now());
    const { epoch, files } = await database.transact(async (tx) => ({
      epoch: (await readEpoch(tx, now)).epoch,
      files: await listFilesAfter(tx, new Map()),
    }));
    folder.sweep(new Set(files.map(({ path }) => path)));
    const isLost = files.length > 0 && keys.read(epoch) === undefined;
    const pseudonyms = isLost ? new Pseudonyms(new Uint8Array(0)) : keys.make(epoch);
    const parquet = await ParquetStore.open();
    const lake = new Lake(parts, { keys, folder, parquet, epoch: { number: epoch, pseudonyms } });
    keys.forget(epoch - 1);
    if (isLost) await lake.rotate();
    return lake;
  }

  /** What its pseudonyms are made with now. */
  get pseudonyms(): Pseudonyms {
    return this.epoch.pseudonyms;
  }

  /** Grows by one whenever the pseudonyms are made anew. */
  get epochNumber(): number {
    return this.epoch.number;
  }

  /**
   * Brings the lake up to the books: new pseudonyms when they are due, what was booked, who asked to be erased, and days
   * that lie in many files. Stops early when asked to, between two windows.
   */
  async pass(options: PassOptions): Promise<LakePass> {
    const { isStopping } = options;
    const rotated = await this.rotateWhenDue();
    const { folder, parquet, epoch } = this;
    const projection = new Projection({ ...this.parts, folder, parquet, epoch });
    const { rows, files } = await projection.run(options);
    const erased = isStopping() ? 0 : await this.erase();
    await this.tidy(isStopping);
    const progress = await readProgress(this.parts.database.db);
    const behind = Object.fromEntries(
      progress.map((hub) => [hub.hubId, hub.bookedSeq - hub.projectedSeq]),
    );
    return { rows, files, erased, rotated, behind };
  }

  /**
   * Makes all pseudonyms anew: whoever has kept something of the lake cannot link it to what the lake says from now on. The
   * old key is gone when this resolves; the next passes write everything again from the books.
   */
  async rotate(): Promise<void> {
    const next = this.epoch.number + 1;
    const pseudonyms = this.keys.make(next);
    const now = new Date(this.parts.clock.now());
    await this.parts.database.transact((tx) => beginEpoch(tx, next, now));
    this.epoch = { number: next, pseudonyms };
    this.keys.forget(next - 1);
    this.folder.sweep(new Set());
  }

  close(): void {
    this.parquet.close();
  }

  private async rotateWhenDue(): Promise<boolean> {
    const { database, clock, settings } = this.parts;
    const now = clock.now();
    const { began } = await database.transact((tx) => readEpoch(tx, new Date(now)));
    if (now - began.getTime() < settings.pseudonymDays * DAY_MS) return false;
    await this.rotate();
    return true;
  }

  /** Takes whoever asked to be erased out of the files; their payments stay, as nobody's. */
  private async erase(): Promise<number> {
    const { database, settings, clock } = this.parts;
    const shoppers = await readPendingErasures(database.db, ERASURES_A_PASS);
    if (shoppers.length === 0) return 0;
    const visitors = shoppers.map((each) => this.epoch.pseudonyms.ofVisitor(each));
    for (const day of await readDaysOf(database.db, shoppers, settings.timeZone)) {
      await this.rewrite(day, visitors);
    }
    await database.transact((tx) => recordErasures(tx, shoppers, new Date(clock.now())));
    return shoppers.length;
  }

  private async tidy(isStopping: () => boolean): Promise<void> {
    for (const day of await listCrowdedDays(this.parts.database.db, MOST_FILES_A_DAY)) {
      if (isStopping()) return;
      await this.rewrite(day, []);
    }
  }

  private async rewrite(
    { hubId, day }: { readonly hubId: string; readonly day: string },
    visitors: readonly bigint[],
  ): Promise<void> {
    const { database, clock } = this.parts;
    const old = await listFilesOfDay(database.db, { hubId, day });
    const [first] = old;
    if (!first) return;
    const paths = old.map((file) => this.folder.absolute(file));
    const writtenIn = this.folder.freshFolder();
    const written = await this.parquet.rewriteDay(writtenIn, paths, {
      day,
      visitors,
    });
    const fresh = await this.folder.place(written, {
      hubId,
      streetId: first.streetId,
      fromSeq: Math.min(...old.map(({ fromSeq }) => fromSeq)),
      toSeq: Math.max(...old.map(({ toSeq }) => toSeq)),
    });
    await database.transact((tx) => replaceFiles(tx, { old, fresh, at: new Date(clock.now()) }));
    await Promise.all([this.folder.remove(old), this.folder.discard([writtenIn])]);
  }
}
