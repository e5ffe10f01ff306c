import type { Clock } from '../../../shared/kernel/clock.ts';
import type { OpenDatabase } from '../../db/database.ts';
import {
  type HubProgress,
  readBookedEvents,
  readDaysOf,
  readPendingErasures,
  readProgress,
} from './booked-events-store.ts';
import { type PseudonymousEvents, pseudonymous } from './event-batch-store.ts';
import { LakeFolder } from './lake-folder.ts';
import {
  beginEpoch,
  listCrowdedDays,
  listFilesAfter,
  listFilesOfDay,
  readEpoch,
  recordErasures,
  recordProjection,
  replaceFiles,
} from './lake-record-store.ts';
import { ParquetStore } from './parquet-store.ts';
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

/** A window of a hub's chain that has just become part of the lake. */
export interface Projected {
  readonly hubId: string;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  readonly events: PseudonymousEvents;
}

/** What a pass is told by. */
export interface PassOptions {
  /** Asked between two windows. */
  readonly isStopping: () => boolean;
  /** Whoever wants what was written while it is at hand, rather than from the files. */
  readonly onProjected?: (projected: Projected) => Promise<void>;
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

/** Events of a hub's chain that are projected at a time. */
const WINDOW_EVENTS = 200_000;
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
  private epoch: { readonly number: number; readonly pseudonyms: Pseudonyms };

  private constructor(
    parts: LakeParts,
    made: { keys: PseudonymKeys; folder: LakeFolder; parquet: ParquetStore; epoch: Lake['epoch'] },
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
  async pass({ isStopping, onProjected }: PassOptions): Promise<LakePass> {
    const rotated = await this.rotateWhenDue();
    let rows = 0;
    let files = 0;
    for (const hub of await readProgress(this.parts.database.db)) {
      for (let at = hub.projectedSeq; at < hub.bookedSeq && !isStopping(); ) {
        const to = Math.min(hub.bookedSeq, at + WINDOW_EVENTS);
        const done = await this.project(hub, at, to);
        await onProjected?.({ hubId: hub.hubId, from: at, to, ...done });
        rows += done.events.events.seq.length;
        files += done.files;
        at = to;
      }
    }
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

  private async project(
    { hubId, streetId }: HubProgress,
    from: number,
    to: number,
  ): Promise<Pick<Projected, 'events' | 'epoch'> & { readonly files: number }> {
    const { database, settings, clock } = this.parts;
    const { number: epoch, pseudonyms } = this.epoch;
    const window = { hubId, after: from, upTo: to, timeZone: settings.timeZone };
    const booked = await database.snapshot((tx) => readBookedEvents(tx, window));
    const events = pseudonymous(booked, { streetId, pseudonyms });
    const written =
      booked.seq.length === 0
        ? []
        : await this.parquet.writeEvents(this.folder.freshFolder(), events);
    const files = await this.folder.place(written, {
      hubId,
      streetId,
      fromSeq: from + 1,
      toSeq: to,
    });
    const at = new Date(clock.now());
    await database.transact((tx) => recordProjection(tx, { hubId, from, to, epoch, files, at }));
    return { events, epoch, files: files.length };
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
    const written = await this.parquet.rewriteDay(this.folder.freshFolder(), paths, {
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
    await this.folder.remove(old);
  }
}
