import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNatsServer, startNatsServer } from '../../deploy/nats/nats-server.ts';
import type { StackProcess } from '../../deploy/stack/child-process.ts';
import { searchPath } from '../../deploy/stack/env.ts';
import { freePorts } from '../../deploy/stack/free-ports.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { systemTimers } from '../../shared/kernel/timers.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type Lazily, type OpenDatabase, openDatabase } from '../db/database.ts';
import { HubMetrics } from '../metrics.ts';
import { JetStreamEvents } from './event-stream.ts';
import { eventJson, OutboxStore } from './outbox-store.ts';
import { OutboxRelay } from './relay.ts';

const HUB = 'hub-test';
const STREAM = subjects.txStream(HUB);
const program = findNatsServer(searchPath());

let dir: string;
let port: number;
let server: StackProcess;
let connection: NatsConnection;
let stream: JetStreamEvents;
let database: OpenDatabase;
let store: OutboxStore;
let relay: OutboxRelay;
let ids = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-relay-'));
  const [free] = await freePorts(1);
  port = present(free, 'a port');
  server = await startServer();
  connection = await connect({
    servers: `127.0.0.1:${port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  stream = new JetStreamEvents(connection, HUB, {
    at: 'hub',
    maxBytes: 16 * 1024 * 1024,
    maxAgeMs: 3_600_000,
  });
  database = openDatabase(join(dir, 'hub.db'));
  store = new OutboxStore(database.db, { hubId: HUB, newId: randomUUID, clock: systemClock });
  relay = makeRelay();
});
afterEach(async () => {
  await relay.stop(1_000);
  await connection.close();
  await server.kill9();
  database.close();
  rmSync(dir, { recursive: true });
});

const startServer = (): Promise<StackProcess> =>
  startNatsServer({
    name: 'relay-test',
    program,
    conf: `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${join(dir, 'nats')}" }\n`,
    confPath: join(dir, 'nats.conf'),
    clientPort: port,
    logPath: join(dir, 'nats.log'),
  });

const makeRelay = (
  settled = database.settled,
  { store: rows, lazily }: { store: OutboxStore; lazily: Lazily } = { store, ...database },
): OutboxRelay =>
  new OutboxRelay({
    store: rows,
    lazily,
    settled,
    metrics: new HubMetrics(),
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    logger: pino({ level: 'silent' }),
  });

function append(count: number): void {
  for (let n = 0; n < count; n += 1) {
    ids += 1;
    const occurredAt = new Date().toISOString();
    store.append({ id: `e${ids}`, type: 'a.b', version: 1, occurredAt, data: { text: '悟' } });
  }
}

const published = (): Promise<true> =>
  eventually(() => (store.state().pending === 0 ? true : undefined));

async function streamed(): Promise<string[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(STREAM);
  const texts: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = present(await manager.streams.getMessage(STREAM, { seq }), 'a message');
    texts.push(message.string());
  }
  return texts;
}

it('publishes what is there and what comes, in order, to the byte', async () => {
  append(150);
  const rows = store.pending(1_000);
  relay.start(stream);
  await published();
  append(2);
  rows.push(...store.pending(1_000));
  relay.wake();
  await published();
  expect(await streamed()).toEqual(rows.map(eventJson));
});

it('publishes nothing that a power cut could still take back', async () => {
  await relay.stop(100);
  const onDisk = Promise.withResolvers<void>();
  relay = makeRelay(() => onDisk.promise);
  append(2);
  relay.start(stream);
  await expect(
    eventually(() => (store.state().pending < 2 ? true : undefined), 500),
  ).rejects.toThrow();
  onDisk.resolve();
  await published();
  expect(await streamed()).toHaveLength(2);
});

it('goes on after its server was gone, with nothing lost, doubled or out of order', async () => {
  append(3);
  relay.start(stream);
  await published();
  await server.kill9();
  append(4);
  relay.wake();
  // an attempt fails meanwhile: two seconds are its limit
  await expect(
    eventually(() => (store.state().pending < 4 ? true : undefined), 2_500),
  ).rejects.toThrow();
  expect(store.pending(10).map((row) => row.seq)).toEqual([4, 5, 6, 7]);
  server = await startServer();
  await published();
  const seqs = (await streamed()).map((text) => Number(/"seq":(\d+)/.exec(text)?.[1]));
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('sends again what it sent but could not mark, and the stream holds it once', async () => {
  append(3);
  await relay.stop(100);
  relay = new OutboxRelay({
    store,
    // the process ends before the mark
    lazily: () => {
      throw new Error('cut off');
    },
    settled: database.settled,
    metrics: new HubMetrics(),
    clock: systemClock,
    timers: systemTimers,
    random: Math.random,
    logger: pino({ level: 'silent' }),
  });
  relay.start(stream);
  await eventually(async () =>
    (await streamed().catch(() => [])).length === 3 ? true : undefined,
  );
  await relay.stop(1_000);
  expect(store.state().pending).toBe(3);
  relay = makeRelay();
  relay.start(stream);
  await published();
  expect(await streamed()).toHaveLength(3);
});

it('needs no lease: a second one beside it on the same database changes nothing in the stream', async () => {
  append(150);
  const rows = store.pending(1_000);
  const second = openDatabase(join(dir, 'hub.db'));
  const owner = { hubId: HUB, newId: randomUUID, clock: systemClock };
  const beside = makeRelay(second.settled, {
    store: new OutboxStore(second.db, owner),
    lazily: second.lazily,
  });
  const sent: string[] = [];
  relay.start(stream);
  beside.start({
    ensure: () => stream.ensure(),
    publish: async (event) => {
      sent.push(event.id);
      await stream.publish(event);
    },
  });
  await published();
  await relay.stop(1_000);
  await beside.stop(1_000);
  second.close();
  expect(sent.length, 'it did run').toBeGreaterThan(0);
  expect(await streamed()).toEqual(rows.map(eventJson));
});

it('leaves out what the stream will never take, and goes on', async () => {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: [`tx.${HUB}.>`], max_msg_size: 2_000 });
  append(1);
  const occurredAt = new Date().toISOString();
  for (const text of ['x'.repeat(3_000), 'x'.repeat(1_100_000)]) {
    ids += 1;
    store.append({ id: `e${ids}`, type: 'a.b', version: 1, occurredAt, data: { text } });
  }
  append(1);
  relay.start(stream);
  await published();
  const seqs = (await streamed()).map((text) => Number(/"seq":(\d+)/.exec(text)?.[1]));
  expect(seqs).toEqual([1, 4]);
});
