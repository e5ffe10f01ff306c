import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GroupCommitError, WriteGroup } from './write-group.ts';

let dir: string;
let client: Database.Database;
let other: Database.Database;
let group: WriteGroup;
let commits: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-group-'));
  client = new Database(join(dir, 'a.db'));
  client.pragma('journal_mode = WAL');
  client.pragma('foreign_keys = ON');
  client.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE row (n INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`);
  other = new Database(join(dir, 'a.db'), { readonly: true });
  commits = 0;
  group = new WriteGroup(client, () => (commits += 1));
});
afterEach(() => {
  client.close();
  other.close();
  rmSync(dir, { recursive: true, force: true });
});

const add = (n: number, parent: number | null = null) =>
  client.prepare('INSERT INTO row (n, parent) VALUES (?, ?)').run(n, parent);
const seen = () => other.prepare('SELECT n FROM row ORDER BY n').pluck().all();

it('commits all of a turn at once, by its end', async () => {
  for (const n of [1, 2, 3]) group.write(() => add(n));
  expect(seen()).toEqual([]);
  await group.committed();
  expect({ seen: seen(), commits }).toEqual({ seen: [1, 2, 3], commits: 1 });
});

it('lets a piece of work fail by itself', async () => {
  group.write(() => add(1));
  expect(() =>
    group.write(() => {
      add(2);
      throw new Error('no');
    }),
  ).toThrow('no');
  group.write(() => add(3));
  await group.committed();
  expect(seen()).toEqual([1, 3]);
});

it('is committed before somebody else writes, but not from within', async () => {
  group.write(() => {
    add(1);
    group.commit();
    add(2);
  });
  expect(seen()).toEqual([]);
  group.commit();
  expect({ seen: seen(), full: client.pragma('synchronous', { simple: true }) }).toEqual({
    seen: [1, 2],
    full: 2,
  });
  await group.committed();
  expect(commits).toBe(1);
});

it.each([
  ['at the end of the turn', () => undefined],
  ['before it', () => group.commit()],
])('tells everybody in it when the commit fails, %s', async (_when, before) => {
  group.write(() => add(1));
  group.write(() => add(2, 99));
  before();
  await expect(group.committed()).rejects.toThrow(GroupCommitError);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  group.write(() => add(4));
  await group.committed();
  expect(seen()).toEqual([4]);
});

it('tells everybody in it when SQLite has taken the whole transaction back', async () => {
  group.write(() => add(1));
  expect(() =>
    group.write(() => client.exec('INSERT OR ROLLBACK INTO row (n) VALUES (1)')),
  ).toThrow(/UNIQUE/);
  await expect(group.committed()).rejects.toThrow(GroupCommitError);
  expect(seen()).toEqual([]);
});

it('is a part of the transaction that somebody else has begun', () => {
  client.transaction(() => {
    group.write(() => add(1));
    expect(commits).toBe(0);
  })();
  expect(seen()).toEqual([1]);
});
