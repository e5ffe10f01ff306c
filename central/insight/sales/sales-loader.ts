import type { OpenDatabase } from '../../db/database.ts';
import { readProgress } from '../lake/booked-events-store.ts';
import type { Lake } from '../lake/lake.ts';
import { listErasuresAfter, listFilesAfter } from '../lake/lake-record-store.ts';
import type { SalesStore } from './sales-store.ts';

/**
 * Brings the store of sales up to the lake: what was projected since, whoever was erased since; everything, when the lake's
 * pseudonyms are others than the store's.
 */
export async function loadSales(
  store: SalesStore,
  { lake, database }: { readonly lake: Lake; readonly database: OpenDatabase },
): Promise<void> {
  const before = await store.marks();
  const fresh = before.epoch !== lake.epochNumber;
  const known = fresh ? new Map<string, number>() : before.hubs;
  const found = await database.snapshot(async (tx) => ({
    files: await listFilesAfter(tx, known),
    progress: await readProgress(tx),
    erasures: await listErasuresAfter(tx, fresh ? 0 : before.erasureNo),
  }));
  const lastErasure = found.erasures.at(-1)?.erasureNo ?? before.erasureNo;
  if (fresh) await store.begin(lake.epochNumber, lastErasure);
  for (const { hubId, projectedSeq } of found.progress) {
    const from = known.get(hubId) ?? 0;
    if (projectedSeq <= from) continue;
    const files = found.files.filter((file) => file.hubId === hubId && file.toSeq > from);
    const paths = files.map((file) => lake.folder.absolute(file));
    await store.load({ hubId, from, to: projectedSeq, files: paths });
  }
  if (!fresh && found.erasures.length > 0) {
    const visitors = found.erasures.map(({ shopperId }) => lake.pseudonyms.ofVisitor(shopperId));
    await store.forget(visitors, lastErasure);
  }
}
