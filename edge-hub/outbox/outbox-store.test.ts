import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chainInput, GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import { type OpenDatabase, openDatabase } from '../db/database.ts';
import { eventJson, OutboxStore } from './outbox-store.ts';

const OWNER = {
  hubId: 'hub-test',
  newId: () => newEventId(),
  clock: { now: () => Date.parse(AT) },
};
const newEventId = (): string => {
  ids += 1;
  return `e${ids}`;
};
const AT = '2026-01-01T00:00:00.000Z';
let dir: string;
let database: OpenDatabase;
let store: OutboxStore;
let ids = 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-outbox-'));
  database = openDatabase(join(dir, 'hub.db'));
  store = new OutboxStore(database.db, OWNER);
});
afterEach(() => {
  database.close();
  rmSync(dir, { recursive: true });
});

const append = (data: unknown) =>
  store.append({ id: newEventId(), type: 'a.b', version: 1, occurredAt: AT, data });

describe('the chain', () => {
  it('starts at the genesis hash, goes on after a restart, and leaves no gap where a transaction failed', () => {
    const first = append({ n: 1 });
    expect(first).toMatchObject({ seq: 1, prevHash: GENESIS_HASH });
    expect(() =>
      database.transact(() => {
        append({ n: 'lost' });
        throw new Error('the payment failed');
      }),
    ).toThrow('the payment failed');
    database.close();
    database = openDatabase(join(dir, 'hub.db'));
    store = new OutboxStore(database.db, OWNER);
    const second = append({ n: 2 });
    const [, opened] = store.pending(3);
    expect(opened).toMatchObject({ seq: 2, type: 'epoch.opened', prevHash: first.hash });
    expect(second).toMatchObject({ seq: 3, prevHash: opened?.hash });
    expect(store.state()).toEqual({ lastSeq: 3, lastHash: second.hash, pending: 3 });
  });

  it('says once in each process that it has begun, also where the first transaction is taken back', () => {
    append({ n: 1 });
    store = new OutboxStore(database.db, OWNER);
    expect(store.state().lastSeq).toBe(1);
    expect(() =>
      database.transact(() => {
        store.next();
        append({ n: 'lost' });
        throw new Error('the payment failed');
      }),
    ).toThrow('the payment failed');
    database.transact(() => {
      const { seq } = store.next();
      expect(append({ n: 2 }).seq).toBe(seq);
    });
    append({ n: 3 });
    const told = store.pending(10).map(({ type, dataJson }) => [type, dataJson]);
    expect(told).toEqual([
      ['a.b', '{"n":1}'],
      ['epoch.opened', expect.stringContaining('"afterSeq":1,')],
      ['a.b', '{"n":2}'],
      ['a.b', '{"n":3}'],
    ]);
  });

  it('is broken by any change of any field', () => {
    const { hash, ...row } = append({ n: 1 });
    const changes: Partial<typeof row>[] = [
      { seq: 2 },
      { eventId: 'x' },
      { type: 'x' },
      { version: 2 },
      { occurredAt: 'x' },
      { source: 'x' },
      { dataJson: '{"n":2}' },
      { prevHash: 'f'.repeat(64) },
    ];
    const hashOf = (each: typeof row): string =>
      createHash('sha256')
        .update(chainInput({ ...each, id: each.eventId }))
        .digest('hex');
    expect(hashOf(row)).toBe(hash);
    for (const change of changes) expect(hashOf({ ...row, ...change })).not.toBe(hash);
  });
});

const sentSchema = z.looseObject({ data: z.unknown() });

describe('the event as it is sent', () => {
  it('has the stored text of its data, to the byte, whatever the data are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (data) => {
        const row = append(data);
        const sent = eventJson(row);
        const { data: read, ...head } = sentSchema.parse(JSON.parse(sent));
        // as text: a key may be `__proto__`, which comparing objects does not see
        expect(JSON.stringify(read)).toBe(JSON.stringify(data));
        expect(head).toEqual({
          id: row.eventId,
          type: 'a.b',
          version: 1,
          occurredAt: AT,
          source: 'hub-test',
          seq: row.seq,
          prevHash: row.prevHash,
          hash: row.hash,
        });
        const cut = sent.slice(sent.indexOf(',"data":') + ',"data":'.length, -1);
        expect(cut).toBe(row.dataJson);
      }),
      { numRuns: 300 },
    );
  });
});

describe('publication', () => {
  it('is marked once for a run of rows, in order, and a second mark changes nothing', () => {
    for (let n = 1; n <= 5; n += 1) append({ n });
    store.markPublished(1, 2, AT);
    expect(store.pending(2).map((row) => row.seq)).toEqual([3, 4]);
    store.markPublished(1, 3, '2027-01-01T00:00:00.000Z');
    expect(store.pending(10).map((row) => row.seq)).toEqual([4, 5]);
    expect(store.state()).toMatchObject({ lastSeq: 5, pending: 2 });
  });
});
