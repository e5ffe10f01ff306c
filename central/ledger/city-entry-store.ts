import { present } from '../../shared/kernel/assert.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Executor } from '../db/database.ts';
import { cityEntries, cityPostings } from '../db/settlement-schema.ts';
import type { CityEntry } from './city-entry.ts';

/** Books entries of the city's own, in the caller's transaction; each kind of entry of a subject once. */
export async function insertCityEntries(
  tx: Executor,
  entries: readonly CityEntry[],
): Promise<void> {
  await bulkInsert(tx, {
    into: cityEntries,
    values: entries.map(({ entryId, kind, subjectId, bookedAt, postings, toSettle }) => ({
      entryId,
      kind,
      subjectId,
      amountMinor: postings.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
      currency: present(postings[0], 'a posting').currency,
      merchantId: toSettle?.merchantId ?? null,
      payableMinor: toSettle?.amountMinor ?? null,
      bookedAt,
    })),
  });
  await bulkInsert(tx, {
    into: cityPostings,
    values: entries.flatMap(({ entryId, postings }) =>
      postings.map((posting, index) => ({ ...posting, entryId, line: index + 1 })),
    ),
  });
}
