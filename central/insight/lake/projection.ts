import type { Clock } from '../../../shared/kernel/clock.ts';
import type { OpenDatabase } from '../../db/database.ts';
import { type HubProgress, readBookedEvents, readProgress } from './booked-events-store.ts';
import type { BookedEvents } from './event-columns.ts';
import type { LakeFolder } from './lake-folder.ts';
import { recordProjection } from './lake-record-store.ts';
import type { ParquetStore, WrittenWindow } from './parquet-store.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { readAhead } from './read-ahead.ts';

/** Events of a hub's chain that become files at a time: the more, the fewer files a day lies in. */
const WINDOW_EVENTS = 500_000;
/** Of these, what is asked of PostgreSQL at a time. */
const STRETCH_EVENTS = 50_000;

/** A key's number, and the pseudonyms that are made with it. */
export interface Epoch {
  readonly number: number;
  readonly pseudonyms: Pseudonyms;
}

/** What a projection works with. */
interface ProjectionParts {
  readonly settings: { readonly timeZone: string };
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly folder: LakeFolder;
  readonly parquet: ParquetStore;
  readonly epoch: Epoch;
}

/** A window of a hub's chain that has just become part of the lake. */
export interface Projected {
  readonly hubId: string;
  readonly from: number;
  readonly to: number;
  readonly epoch: number;
  /** Files that hold it, for as long as it is being handed over. */
  readonly files: readonly string[];
}

/** What a pass is told by. */
export interface PassOptions {
  /** Asked between two windows. */
  readonly isStopping: () => boolean;
  /** Whoever wants to know as soon as files are in force. The next window is being written meanwhile. */
  readonly onProjected?: (projected: Projected) => Promise<void>;
}

/** A window of a hub's chain: (from, to]. */
interface Window {
  readonly hub: HubProgress;
  readonly from: number;
  readonly to: number;
}

/** A window that was written, and the folder that it was written in. */
interface Written extends WrittenWindow {
  readonly writtenIn: string;
}

/** A part of a window as it was read. */
interface Stretch {
  readonly window: Window;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly events: BookedEvents | undefined;
}

/**
 * Brings what was booked into the lake, window by window. Three things go on at a time: PostgreSQL reads a stretch, the engine
 * works on the one before, and the window before that is forced to the disk, put on record and handed on.
 */
export class Projection {
  private readonly parts: ProjectionParts;

  constructor(parts: ProjectionParts) {
    this.parts = parts;
  }

  /** Ends early when asked to; what is not on record by then counts as never written. @returns what came into the lake */
  async run({ isStopping, onProjected }: PassOptions): Promise<{ rows: number; files: number }> {
    const { parquet } = this.parts;
    const done = { rows: 0, files: 0 };
    let published: Promise<unknown> = Promise.resolve();
    try {
      for await (const stretch of readAhead(this.stretches(isStopping))) {
        const { window, isFirst, isLast, events } = stretch;
        if (isFirst) await parquet.begin();
        if (events) await parquet.add(events);
        if (!isLast) continue;
        const written = await this.write(window);
        await published;
        published = this.publish(window, written, onProjected);
        // told to whoever waits for it
        published.catch(() => {});
        done.files += written.files.length;
        done.rows += written.files.reduce((sum, { rows }) => sum + rows, 0);
      }
    } finally {
      await published;
    }
    return done;
  }

  private async *stretches(isStopping: () => boolean): AsyncGenerator<Stretch, void> {
    const { database, settings } = this.parts;
    for (const hub of await readProgress(database.db)) {
      const { hubId, projectedSeq, bookedSeq } = hub;
      for (let from = projectedSeq; from < bookedSeq; from += WINDOW_EVENTS) {
        const window = { hub, from, to: Math.min(bookedSeq, from + WINDOW_EVENTS) };
        for (let after = from; after < window.to; after += STRETCH_EVENTS) {
          if (isStopping()) return;
          const upTo = Math.min(window.to, after + STRETCH_EVENTS);
          const stretch = { hubId, after, upTo, timeZone: settings.timeZone };
          const events = await readBookedEvents(database, stretch);
          yield { window, isFirst: after === from, isLast: upTo === window.to, events };
        }
      }
    }
  }

  private async write({ hub: { hubId, streetId } }: Window): Promise<Written> {
    const { parquet, folder, epoch } = this.parts;
    const writtenIn = folder.freshFolder();
    const { pseudonyms } = epoch;
    return { writtenIn, ...(await parquet.write(writtenIn, { hubId, streetId, pseudonyms })) };
  }

  /** Makes a window's files lasting, puts them on record, from when on they count, and hands the window over. */
  private async publish(
    { hub, from, to }: Window,
    { writtenIn, files: written, whole }: Written,
    onProjected: PassOptions['onProjected'],
  ): Promise<void> {
    const { database, clock, folder } = this.parts;
    const { hubId, streetId } = hub;
    const files = await folder.place(written, { hubId, streetId, fromSeq: from + 1, toSeq: to });
    const done = { hubId, from, to, epoch: this.parts.epoch.number };
    const at = new Date(clock.now());
    await database.transact((tx) => recordProjection(tx, { ...done, files, at }));
    const lying = whole === undefined ? files.map((file) => folder.absolute(file)) : [whole];
    await onProjected?.({ ...done, files: lying });
    await folder.discard([writtenIn, ...(whole === undefined ? [] : [whole])]);
  }
}
