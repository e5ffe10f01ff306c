import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../central/db/database.ts';
import { hubs } from '../../central/db/schema.ts';
import { withoutLoneWrites } from '../support/lone-writes.ts';
import { TestPostgres } from '../support/postgres.ts';

/** What the client of PostgreSQL has under way on one connection, where nothing else is said. */
const USUAL_PIPELINE = 100;

let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  database = await openDatabase(withoutLoneWrites(await postgres.createDatabase()), { max: 1 });
});
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

it('a transaction that begins behind any number of reads has its connection to itself', async () => {
  const { db } = database;
  const hubIds: string[] = [];
  for (let behind = USUAL_PIPELINE - 3; behind <= USUAL_PIPELINE + 3; behind += 1) {
    const hubId = `hub-${behind}`;
    hubIds.push(hubId);
    // the first one holds the others up
    const reads = Promise.all(
      Array.from({ length: behind }, (_, nth) =>
        db.execute(sql`select pg_sleep(${nth === 0 ? 0.1 : 0})`),
      ),
    );
    await turn();
    await database.transact((tx) => tx.insert(hubs).values({ hubId }));
    await reads;
    // in a transaction that somebody has left open, now() is when that began
    const [after] = await db.execute<{ alone: boolean }>(
      sql`select now() = statement_timestamp() as alone`,
    );
    expect(after?.alone).toBe(true);
  }
  const rows = await db.select({ hubId: hubs.hubId }).from(hubs);
  expect(rows.map(({ hubId }) => hubId).toSorted()).toEqual(hubIds.toSorted());
});
