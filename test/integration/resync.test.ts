import { readFileSync } from 'node:fs';
import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../edge-hub/db/database.ts';
import { ChainDesk } from '../../edge-hub/outbox/chain-desk.ts';
import { OutboxStore } from '../../edge-hub/outbox/outbox-store.ts';
import { resyncSchema } from '../../shared/contracts/http-central.ts';
import { hubEventHeadSchema } from '../../shared/contracts/hub-events.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { ChainWriter, type WrittenEvent } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';
const toldSchema = hubEventHeadSchema.extend({ data: z.unknown() });

let postgres: TestPostgres;
let city: TestCity;
let databaseUrl: string;
let central: TestCentral;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([HUB])]);
});
afterAll(async () => {
  await city.stop();
  await postgres.stop();
});
beforeEach(async () => {
  await city.hub(HUB).deleteStream();
  await city.hub(HUB).createStream();
  databaseUrl = await postgres.createDatabase();
  central = await TestCentral.start(city, databaseUrl);
});
afterEach(async () => {
  await central.stop();
});

const payments = (): Promise<number> =>
  central.count('select count(distinct payment_id) from payments');

async function untilBooked(seq: number): Promise<void> {
  await eventually(async () => ((await central.hub(HUB)).watermarkSeq >= seq ? true : undefined));
}

/** A hub's ledger with these events, which answers central over the real link. */
function ledgerOf(events: readonly WrittenEvent[]): { stop(): void } {
  const database = openDatabase(':memory:');
  const store = new OutboxStore(database.db, HUB);
  for (const { text } of events) {
    const row = store.append(toldSchema.parse(JSON.parse(text)));
    expect(text).toContain(row.hash);
  }
  const connection = city.hub(HUB).nats;
  const logger = pino({ level: 'silent' });
  const desk = new ChainDesk({ hubId: HUB, store, settled: database.settled, logger });
  const subscription = desk.start(connection);
  return {
    stop: () => {
      subscription.unsubscribe();
      database.close();
    },
  };
}

describe('what the stream has lost', () => {
  it('in the middle is fetched from the hub’s ledger by itself, and nothing is doubled', async () => {
    const events = new ChainWriter(HUB).captures(620);
    const ledger = ledgerOf(events);
    await city.hub(HUB).publish(...events.slice(0, 20), ...events.slice(600));
    await untilBooked(620);
    expect(await payments()).toBe(620);
    expect((await central.hub(HUB)).halted).toBeNull();
    const more = await central.sql`select reason, from_seq, to_seq from resyncs`;
    expect(more).toEqual([{ reason: 'gap', from_seq: '20', to_seq: '620' }]);
    ledger.stop();
  });

  it('before it was read, by its limits, is fetched although nothing more comes', async () => {
    const events = new ChainWriter(HUB).captures(40);
    await city.hub(HUB).publish(...events.slice(0, 10));
    await untilBooked(10);
    await central.stop();
    await city.hub(HUB).publish(...events.slice(10));
    const manager = await jetstreamManager(city.hub(HUB).nats);
    await manager.streams.purge(subjects.txStream(HUB));
    const ledger = ledgerOf(events);
    central = await TestCentral.start(city, databaseUrl);
    await untilBooked(40);
    expect(await payments()).toBe(40);
    ledger.stop();
  });

  it('with all of it is fetched by whoever comes after a central that was in the middle of it', async () => {
    const events = new ChainWriter(HUB).captures(30);
    await city.hub(HUB).publish(...events.slice(0, 5));
    await untilBooked(5);
    await city.hub(HUB).deleteStream();
    await city.hub(HUB).createStream();
    await city.hub(HUB).publish(...events.slice(-3));
    // the hub's process is down: it stays due, and the intake halts at the gap
    await eventually(async () => (await central.hub(HUB)).halted ?? undefined);
    await central.stop();
    const ledger = ledgerOf(events);
    central = await TestCentral.start(city, databaseUrl);
    await untilBooked(30);
    expect(await payments()).toBe(30);
    const [row] =
      await central.sql`select from_seq, to_seq, done_at is not null as done from resyncs`;
    expect(row).toEqual({ from_seq: '5', to_seq: '30', done: true });
    ledger.stop();
  });

  it('at its tail is fetched when an operator says so, whichever central owns the hub', async () => {
    const events = new ChainWriter(HUB).captures(30);
    await city.hub(HUB).publish(...events.slice(0, 10));
    await untilBooked(10);
    const standby = await TestCentral.start(city, databaseUrl);
    const ledger = ledgerOf(events);
    const token = readFileSync(`${city.dir}/admin-token`, 'utf8').trim();
    const headers = { authorization: `Bearer ${token}` };
    const path = `/api/hubs/${HUB}/resync`;
    const asked = await fetch(`${standby.url}${path}`, { method: 'POST', headers });
    expect(resyncSchema.parse(await asked.json())).toMatchObject({ reason: 'command', done: null });
    const done = await eventually(async () => {
      const state = resyncSchema.parse(await (await standby.get(path, headers)).json());
      return state.done ?? undefined;
    });
    expect(done.toSeq).toBe(30);
    expect(await payments()).toBe(30);
    await standby.stop();
    ledger.stop();
  });

  it('is not taken from a ledger that tells another story', async () => {
    const events = new ChainWriter(HUB).captures(3);
    const ledger = ledgerOf(new ChainWriter(HUB).captures(9));
    await city
      .hub(HUB)
      .publish(...events.slice(0, 2), ...new ChainWriter(HUB).captures(5).slice(4));
    const halted = await eventually(async () => (await central.hub(HUB)).halted ?? undefined);
    expect(halted.code).toBe('prev_hash_mismatch');
    expect(await payments()).toBe(2);
    ledger.stop();
  });
});
