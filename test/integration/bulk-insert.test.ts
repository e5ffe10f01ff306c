import { afterAll, beforeAll, expect, it } from 'vitest';
import { bulkInsert } from '../../central/db/bulk-insert.ts';
import { type Executor, type OpenDatabase, openDatabase } from '../../central/db/database.ts';
import { programmes } from '../../central/db/programme-schema.ts';
import { hubs } from '../../central/db/schema.ts';
import { programmeRulesSchema } from '../../shared/contracts/http-programmes.ts';
import { newId } from '../support/chain-writer.ts';
import { withoutLoneWrites } from '../support/lone-writes.ts';
import { TestPostgres } from '../support/postgres.ts';

/** Whatever the text of an array could mistake for its own. */
const TEXTS = ['NULL', 'null', 'a,b', '{x}', '"', '\\', '\\"', "it's", '五马街', 'a\nb\tc'];

let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  database = await openDatabase(withoutLoneWrites(await postgres.createDatabase()));
});
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

it('rows inserted together have the values that they were given, whatever is in their texts', async () => {
  const at = new Date('2026-11-29T08:00:00.123Z');
  const given = [...TEXTS, '', '  ', null].map((streetName, place) => ({
    hubId: `hub-${String(place).padStart(2, '0')}`,
    streetName,
    announcedAt: place % 2 === 0 ? at : null,
  }));
  await database.transact((tx) => bulkInsert(tx, { into: hubs, values: given }));
  const rows = await database.db.select().from(hubs).orderBy(hubs.hubId);
  expect(rows).toMatchObject(given);
});

it('JSON comes back as it was given', async () => {
  const given = TEXTS.map((title) => ({
    programmeId: newId(),
    rules: programmeRulesSchema.parse({
      kind: 'subsidy',
      title,
      from: '2026-11-01',
      to: '2026-12-31',
      awardMinor: '1',
      budgetMinor: '1',
      mostCompanies: 1,
      eligibility: [],
      weights: [{ measure: 'street_payments', weight: 1 }],
    }),
    writtenBy: 'ana',
    writtenAt: new Date('2026-11-29T08:00:00.000Z'),
  }));
  await database.transact((tx) => bulkInsert(tx, { into: programmes, values: given }));
  const rows = await database.db.select().from(programmes).orderBy(programmes.programmeId);
  expect(rows).toEqual(given.toSorted((a, b) => (a.programmeId < b.programmeId ? -1 : 1)));
});

it('rows that belong to no transaction are refused in tests, and those of a snapshot always', async () => {
  const write = (tx: Executor) => tx.insert(hubs).values({ hubId: 'hub-alone' });
  const refused = { cause: { code: '25006' } };
  await expect(write(database.db)).rejects.toMatchObject(refused);
  await expect(database.snapshot(write)).rejects.toMatchObject(refused);
  await expect(database.transact(write)).resolves.toBeDefined();
});
