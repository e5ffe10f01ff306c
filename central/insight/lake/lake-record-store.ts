import { sql } from 'drizzle-orm';
import { bulkInsert } from '../../db/bulk-insert.ts';
import type { Executor } from '../../db/database.ts';
import { lakeFiles } from '../../db/schema.ts';

/** Another process has projected meanwhile: what this one wrote does not count. */
export class LakeMovedError extends Error {
  override readonly name = 'LakeMovedError';
}

/** A file of the lake, as PostgreSQL has it on record. */
export interface LakeFile {
  readonly hubId: string;
  /** Below the lake's folder. */
  readonly path: string;
  readonly streetId: string;
  /** 2026-11-02, the city's day of the payments that its rows are about. */
  readonly day: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly rows: number;
}

/** Which key the lake is written with; begins with epoch 1. */
export async function readEpoch(
  tx: Executor,
  now: Date,
): Promise<{ readonly epoch: number; readonly began: Date }> {
  await tx.execute(sql`
    insert into lake_state (key_epoch, epoch_began) values (1, ${now.toISOString()}) on conflict do nothing`);
  const [row] = await tx.execute<{ epoch: number; began: string }>(
    sql`select key_epoch as epoch, epoch_began as began from lake_state`,
  );
  return { epoch: row?.epoch ?? 1, began: new Date(row?.began ?? now) };
}

/**
 * Begins the next epoch: nothing that was written counts any more, and everything is projected anew.
 *
 * @throws LakeMovedError where another process has begun it
 */
export async function beginEpoch(tx: Executor, epoch: number, now: Date): Promise<void> {
  const changed = await tx.execute(sql`
    update lake_state set key_epoch = ${epoch}, epoch_began = ${now.toISOString()}
    where key_epoch = ${epoch - 1} returning key_epoch`);
  if (changed.length === 0) throw new LakeMovedError('the epoch has moved');
  await tx.execute(sql`delete from lake_files`);
  await tx.execute(sql`update lake_watermarks set event_seq = 0`);
}

/**
 * Moves a hub's watermark, and puts the files on record that hold what is between: they count from now on.
 *
 * @throws LakeMovedError when the watermark or the epoch is not where it was
 */
export async function recordProjection(
  tx: Executor,
  done: {
    readonly hubId: string;
    readonly from: number;
    readonly to: number;
    readonly epoch: number;
    readonly files: readonly LakeFile[];
    readonly at: Date;
  },
): Promise<void> {
  const { hubId, from, to } = done;
  await tx.execute(
    sql`insert into lake_watermarks (hub_id) values (${hubId}) on conflict do nothing`,
  );
  const moved = await tx.execute(sql`
    update lake_watermarks set event_seq = ${to} where hub_id = ${hubId} and event_seq = ${from}
      and exists (select 1 from lake_state where key_epoch = ${done.epoch})
    returning event_seq`);
  if (moved.length === 0) throw new LakeMovedError(hubId);
  await insertFiles(tx, done.files, done.at);
}

/**
 * Puts rewritten files in the place of others.
 *
 * @throws LakeMovedError when one of the others is not in force any more
 */
export async function replaceFiles(
  tx: Executor,
  change: {
    readonly old: readonly LakeFile[];
    readonly fresh: readonly LakeFile[];
    readonly at: Date;
  },
): Promise<void> {
  for (const file of change.old) {
    const gone = await tx.execute(sql`
      delete from lake_files where hub_id = ${file.hubId} and path = ${file.path} returning file_id`);
    if (gone.length === 0) throw new LakeMovedError(file.path);
  }
  await insertFiles(tx, change.fresh, change.at);
}

async function insertFiles(tx: Executor, files: readonly LakeFile[], at: Date): Promise<void> {
  await bulkInsert(tx, {
    into: lakeFiles,
    values: files.map((file) => ({ ...file, writtenAt: at })),
  });
}

/** Files in force that hold something after the given sequences, in the order of the chain. */
export async function listFilesAfter(
  tx: Executor,
  after: ReadonlyMap<string, number>,
): Promise<LakeFile[]> {
  const known = JSON.stringify([...after].map(([hub, seq]) => ({ hub, seq })));
  return filesOf(
    await tx.execute<FileRow>(sql`
    select f.hub_id, f.path, f.street_id, to_char(f.day, 'YYYY-MM-DD') as day, f.from_seq, f.to_seq, f.rows
    from lake_files f
    left join json_to_recordset(${known}::text::json) as known(hub text, seq bigint) on known.hub = f.hub_id
    where f.to_seq > coalesce(known.seq, 0) order by f.hub_id, f.from_seq, f.file_id`),
  );
}

/** Files in force of a hub's day. */
export async function listFilesOfDay(
  tx: Executor,
  { hubId, day }: { readonly hubId: string; readonly day: string },
): Promise<LakeFile[]> {
  return filesOf(
    await tx.execute<FileRow>(sql`
    select hub_id, path, street_id, to_char(day, 'YYYY-MM-DD') as day, from_seq, to_seq, rows
    from lake_files where hub_id = ${hubId} and day = ${day}::date order by from_seq, file_id`),
  );
}

/** Days that lie in more files than they should. */
export async function listCrowdedDays(
  tx: Executor,
  moreThan: number,
): Promise<{ readonly hubId: string; readonly day: string }[]> {
  const rows = await tx.execute<{ hub: string; day: string }>(sql`
    select hub_id as hub, to_char(day, 'YYYY-MM-DD') as day from lake_files
    group by hub_id, day having count(*) > ${moreThan} order by hub_id, day`);
  return rows.map((row) => ({ hubId: row.hub, day: row.day }));
}

/** Notes that erasures have reached every file. */
export async function recordErasures(
  tx: Executor,
  shopperIds: readonly string[],
  at: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into lake_erasures (shopper_id, reached_at)
    select value::uuid, ${at.toISOString()} from json_array_elements_text(${JSON.stringify(shopperIds)}::text::json)
    on conflict do nothing`);
}

/** Erasures that have reached the files, after the given number. */
export async function listErasuresAfter(
  tx: Executor,
  erasureNo: number,
): Promise<{ readonly shopperId: string; readonly erasureNo: number }[]> {
  const rows = await tx.execute<{ shopper: string; no: string }>(sql`
    select shopper_id as shopper, erasure_no as no from lake_erasures
    where erasure_no > ${erasureNo} order by erasure_no`);
  return rows.map((row) => ({ shopperId: row.shopper, erasureNo: Number(row.no) }));
}

interface FileRow extends Record<string, unknown> {
  readonly hub_id: string;
  readonly path: string;
  readonly street_id: string;
  readonly day: string;
  readonly from_seq: string;
  readonly to_seq: string;
  readonly rows: number;
}

function filesOf(rows: Iterable<FileRow>): LakeFile[] {
  return [...rows].map((row) => ({
    hubId: row.hub_id,
    path: row.path,
    streetId: row.street_id,
    day: row.day,
    fromSeq: Number(row.from_seq),
    toSeq: Number(row.to_seq),
    rows: row.rows,
  }));
}
