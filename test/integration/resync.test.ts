import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runCli } from '../../deploy/cli/cli.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { openDatabase } from '../../edge-hub/db/database.ts';
import { ChainDesk } from '../../edge-hub/outbox/chain-desk.ts';
import { JetStreamEvents } from '../../edge-hub/outbox/event-stream.ts';
import { eventJson, OutboxStore } from '../../edge-hub/outbox/outbox-store.ts';
import { LedgerReader } from '../../edge-hub/verification/ledger-reader-store.ts';
import { verifyLedger } from '../../edge-hub/verification/verify-ledger.ts';
import { allowanceAnswerSchema } from '../../shared/contracts/allowance-messages.ts';
import { resyncSchema } from '../../shared/contracts/http-central.ts';
import { hubEventHeadSchema } from '../../shared/contracts/hub-events.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { spendableMinor } from '../../shared/domain/allowance.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { ChainWriter, newId, type WrittenEvent } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';
import { createTestHub, NOTHING_SAID, pictureOf, type TestHub } from '../support/test-hub.ts';

const HUB = 'hub-wuma';
const paidSchema = z.object({
  data: z.object({ outcome: z.literal('paid'), receipt: z.object({ reference: z.string() }) }),
});
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
  const store = new OutboxStore(database.db, { hubId: HUB, newId, clock: systemClock });
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

  it('of a hub’s new life is fetched although the hub has told less than is booked', async () => {
    const events = new ChainWriter(HUB).captures(10);
    await city.hub(HUB).publish(...events);
    await untilBooked(10);
    await central.stop();
    const last = present(events[5], 'the last one of the backup');
    const life = ChainWriter.after({ ...last, hubId: HUB });
    const data = { afterSeq: last.seq, afterHash: last.hash, restored: true };
    const backup = events.slice(0, 6);
    const silent = ledgerOf(backup);
    const asks = city.hub(HUB).nats.subscribe(subjects.chainPull(HUB));
    central = await TestCentral.start(city, databaseUrl);
    await eventually(() => asks.getReceived() > 0 || undefined);
    await central.stop();
    // who was restored and has said nothing since is not asked for what it has told before
    expect(asks.getReceived()).toBe(1);
    asks.unsubscribe();
    silent.stop();
    const told = ledgerOf([...backup, life.write('epoch.opened', data), ...life.captures(2)]);
    central = await TestCentral.start(city, databaseUrl);
    await untilBooked(13);
    expect(await payments()).toBe(12);
    expect((await central.hub(HUB)).halted).toBeNull();
    told.stop();
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

const exceptionsSchema = z.array(z.object({ code: z.string(), detail: z.string() }));

async function exceptions(code: string): Promise<string[]> {
  const rows = await central.sql`select code, detail from reconciliation_exceptions order by 1, 2`;
  const of = exceptionsSchema.parse([...rows]).filter((each) => each.code === code);
  return of.map(({ detail }) => detail);
}

describe('a new appliance with the identity of one that is lost', () => {
  it('begins another life, and is granted nothing of what the lost one may have spent', async () => {
    const lost = new ChainWriter(HUB);
    const shopperId = newId();
    const givenAt = new Date().toISOString();
    const consent = { textVersion: '1', language: 'en', givenAt, streets: ['street-wuma'] };
    const enrolled = { shopperId, consent, packId: 'open-1', replicas: [] };
    await city.hub(HUB).publish(lost.write('shopper.enrolled', enrolled), ...lost.captures(4));
    await untilBooked(5);
    const ask = async (openedBy?: string) => {
      const asked = { shopperId, currency: 'CNY', grantedMinor: '0', spendableMinor: '0' };
      const asks = [{ ...asked, needMinor: '0', wantMinor: '50000' }];
      const question = JSON.stringify({ version: 1, asks, openedBy });
      const reply = await city
        .hub(HUB)
        .nats.request(subjects.allowanceAsk(HUB), question, { timeout: 5_000 });
      return allowanceAnswerSchema.parse(reply.json()).grants;
    };
    expect(await eventually(() => ask().catch(() => undefined))).toMatchObject([
      { grantedMinor: 50_000n, epoch: 1, closedMinor: 0n },
    ]);
    await city.hub(HUB).deleteStream();
    await city.hub(HUB).createStream();
    const fresh = new ChainWriter(HUB);
    const announced = fresh.write('hub.announced', {
      hubId: HUB,
      streetId: 'street-wuma',
      streetName: 'Wuma Street',
      sealingKey: 'AAAA',
      certificatePem: 'of the new one',
      signature: 'AAAA',
    });
    expect(await ask(announced.id)).toEqual([]);
    await city.hub(HUB).publish(announced, ...fresh.captures(2));
    await untilBooked(8);
    expect(await payments()).toBe(6);
    expect(await exceptions('set_back')).toHaveLength(1);
    expect(await ask(announced.id)).toMatchObject([
      { grantedMinor: 100_000n, epoch: 2, closedMinor: 50_000n },
    ]);
  });
});

describe('a hub that was restored from a backup', () => {
  const CURRENCY = 'CNY';
  let dir: string;
  let pki: DevelopmentPki;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'wuma-restored-'));
    const terminals = ['test-t1'];
    pki = await createDevelopmentPki({ dir: join(dir, 'pki'), hubs: [HUB], terminals });
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  /** A process of the hub, on what its disk has. */
  async function startLife(spending: 'allowance' | 'billed') {
    const hub = await createTestHub({ dir, pki, hubId: HUB, env: { HUB_SPENDING: spending } });
    const restored = hub.context.life.begin();
    await hub.context.snapshot.load();
    return { hub, restored };
  }

  function connect({ context }: TestHub): { disconnect(): Promise<void> } {
    const { nats } = city.hub(HUB);
    const place = { at: 'hub', maxBytes: 1e8, maxAgeMs: 3_600_000 } as const;
    context.relay.start(new JetStreamEvents(nats, HUB, place));
    const desk = context.chainDesk.start(nats);
    context.askLink.start(nats);
    context.downlink.start(nats);
    return {
      disconnect: async () => {
        desk.unsubscribe();
        await context.downlink.stop();
        await context.relay.stop(0);
      },
    };
  }

  async function pay(hub: TestHub, times: number): Promise<string[]> {
    const references: string[] = [];
    for (let nth = 0; nth < times; nth += 1) {
      const reply = await hub.context.handler.handle('test-t1', hub.probe('test-t1'));
      const { data } = paidSchema.parse(JSON.parse(reply));
      references.push(data.receipt.reference);
    }
    return references;
  }

  async function endLife(hub: TestHub): Promise<void> {
    await hub.context.life.end();
    await hub.close();
  }

  async function wuma(...args: string[]): Promise<unknown> {
    const out: string[] = [];
    const io = { out: (text: string) => void out.push(text), progress: () => undefined };
    await runCli([...args, '--json'], io);
    return JSON.parse(out.join(''));
  }

  it('loses, doubles and overspends nothing, and the old disk’s unsent events wait for people', async () => {
    const first = await startLife('allowance');
    expect(first.restored).toBe(false);
    const { context } = first.hub;
    first.hub.register('test-t1');
    const done = await context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf('li')],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    if (!done.ok) throw new Error(done.error);
    const purse = { shopperId: done.value.shopperId, currency: CURRENCY } as const;
    const link = connect(first.hub);
    await eventually(() => {
      context.spending.refill(purse);
      return context.allowanceStore.find(purse);
    });
    await pay(first.hub, 3);
    context.database.truncateLog();
    const database = join(context.settings.dataDir, 'hub.db');
    copyFileSync(database, join(dir, 'backup.db'));
    const backedUp = context.outbox.state().lastSeq;
    const [firstOfOld] = await pay(first.hub, 10);
    await untilBooked(backedUp + 10);
    await link.disconnect();
    await pay(first.hub, 2);
    const unsent = context.outbox.pending(10);
    expect(unsent).toHaveLength(2);
    await endLife(first.hub);

    for (const tail of ['', '-wal', '-shm']) rmSync(`${database}${tail}`, { force: true });
    copyFileSync(join(dir, 'backup.db'), database);
    const { hub, restored } = await startLife('billed');
    expect(restored).toBe(true);
    const closed = hub.context.allowanceStore.find(purse);
    expect(closed && spendableMinor(closed)).toBe(0n);
    const [firstOfNew] = await pay(hub, 4);
    const again = connect(hub);
    await untilBooked(backedUp + 10 + 5);
    expect(await payments()).toBe(17);
    expect((await central.hub(HUB)).halted).toBeNull();

    await eventually(async () => {
      await hub.context.topUps.askNow(purse, 100n);
      const now = hub.context.allowanceStore.find(purse);
      return now && spendableMinor(now) > 0n ? true : undefined;
    });
    const after = present(hub.context.allowanceStore.find(purse), 'the purse');
    const [held] = await central.sql`select granted_minor, closed_minor from allowances`;
    expect(held).toEqual({
      granted_minor: String(after.grantedMinor),
      closed_minor: String(after.grantedMinor - spendableMinor(after)),
    });

    await city
      .hub(HUB)
      .publish(...unsent.map((row) => ({ ...row, id: row.eventId, text: eventJson(row) })));
    await eventually(async () =>
      (await exceptions('superseded')).length === 2 ? true : undefined,
    );
    expect(await exceptions('set_back')).toHaveLength(1);
    await pay(hub, 1);
    await untilBooked(backedUp + 10 + 6);
    expect(await payments()).toBe(18);

    const at = ['--url', central.url, '--token-file', `${city.dir}/admin-token`];
    const { dataDir } = hub.context.settings;
    const reader = LedgerReader.open(database);
    expect(verifyLedger(reader)).toMatchObject({ ok: true, findings: [] });
    reader.close();
    expect(await wuma('ledger', 'verify', ...at)).toMatchObject({ ok: true });
    expect(await wuma('reconcile', '--data', dataDir, '--grace', '0', ...at)).toMatchObject({
      ok: true,
      hubs: [{ carried: 10, pending: 0, differences: [] }],
    });
    for (const reference of [firstOfOld, firstOfNew]) {
      const receipt = await central.get(`/api/receipts/${reference}`);
      expect(await receipt.json()).toMatchObject({ reference, proof: 'chain' });
    }
    await again.disconnect();
    await endLife(hub);
  });
});
