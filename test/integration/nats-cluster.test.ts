import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as startTls } from 'node:tls';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JetStreamHubStream } from '../../central/intake/hub-stream.ts';
import { addHub, initDeployment, revokeHub } from '../../deploy/nats/deployment.ts';
import { CONSUMERS_PER_HUB } from '../../deploy/nats/nats-conf.ts';
import { CENTRAL_OWNER } from '../../deploy/nats/nats-permissions.ts';
import { findNatsServer, runNatsServer } from '../../deploy/nats/nats-server.ts';
import { createDevelopmentPki } from '../../deploy/pki/development-pki.ts';
import type { StackProcess } from '../../deploy/stack/child-process.ts';
import { freePorts } from '../../deploy/stack/free-ports.ts';
import { JetStreamEvents } from '../../edge-hub/outbox/event-stream.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { eventually } from '../support/eventually.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../support/test-hub.ts';

/** The deployment as `wuma nats` writes it: three servers of central, and two hubs of which one is taken over. */

const NAMES = ['n1', 'n2', 'n3'];
const MIB = 1024 * 1024;
const RESERVED = { hubs: 2, bytesEach: 4 * MIB };
const CONSUMERS_ALLOWED = RESERVED.hubs * CONSUMERS_PER_HUB;
const program = findNatsServer(process.env['PATH'] ?? '');
const dir = mkdtempSync(join(tmpdir(), 'wuma-cluster-'));
const running = new Map<string, StackProcess>();
const connections: NatsConnection[] = [];
const ports: { client: number; leaf: number; route: number }[] = [];

let central: NatsConnection;
let evil: NatsConnection;
let honest: NatsConnection;

function folderOf(name: string): string {
  return NAMES.includes(name) ? join(dir, 'central', name) : join(dir, 'hubs', name);
}

async function run(name: string, clientPort: number): Promise<void> {
  const confPath = join(folderOf(name), 'nats.conf');
  const logPath = join(dir, `${name}.log`);
  running.set(name, await runNatsServer({ name, program, confPath, clientPort, logPath }));
}

async function freePort(): Promise<number> {
  return present((await freePorts(1))[0], 'a port');
}

/** What a hub's owner can do to their own box: all rights at its own nats-server. What counts is central's side. */
function takeOver(hubId: string): void {
  const confPath = join(folderOf(hubId), 'nats.conf');
  const conf = readFileSync(confPath, 'utf8');
  const free = conf.replace(
    /permissions: .*\}(?= \}$)/m,
    'permissions: { publish: ">", subscribe: ">" }',
  );
  expect(free).toContain('publish: ">"');
  writeFileSync(confPath, free);
}

/** A hub's client at its own server, once the server is linked up. */
async function hub(hubId: string): Promise<NatsConnection> {
  const port = await freePort();
  await addHub(dir, hubId, port);
  if (hubId === 'hub-evil') takeOver(hubId);
  for (const name of NAMES) running.get(name)?.signal('SIGHUP');
  await run(hubId, port);
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    user: hubId,
    pass: readFileSync(join(folderOf(hubId), 'nats.password'), 'utf8').trim(),
    inboxPrefix: subjects.inbox(hubId),
  });
  connections.push(connection);
  return connection;
}

function filesOf(folder: string, name: string) {
  const certFile = join(folder, `${name}.pem`);
  return { caFile: join(folder, 'ca.pem'), certFile, keyFile: join(folder, `${name}.key`) };
}

const streamOf = (hubId: string, maxBytes = RESERVED.bytesEach): JetStreamHubStream =>
  new JetStreamHubStream({
    hubId,
    nats: central,
    settings: { at: 'central', replicas: 3, maxBytes, maxAgeMs: 3_600_000 },
    batch: 1_000,
  });

const streams = new Map<string, JetStreamHubStream>();

/**
 * What central reads in a hub's stream.
 *
 * @throws where that is not all, or not as far as `upToSeq`: a server that has just come back may not know of the last ones
 */
async function textsOf(hubId: string, upToSeq = 0): Promise<string[]> {
  const stream = streams.get(hubId) ?? streamOf(hubId);
  streams.set(hubId, stream);
  const { lastSeq } = await stream.info();
  const texts: string[] = [];
  if (lastSeq > 0) {
    const reading = await stream.read(1);
    for await (const { streamSeq, text } of reading.poll()) {
      texts.push(text);
      if (streamSeq === lastSeq) break;
    }
  }
  if (texts.length < Math.max(lastSeq, upToSeq)) throw new Error(`${texts.length} of ${lastSeq}`);
  return texts;
}

/** Starts a server that was killed, and waits until it has what it missed: until then the cluster can spare no other. */
async function bringBack(name: string): Promise<void> {
  await run(name, present(ports[NAMES.indexOf(name)], 'ports').client);
  const manager = await jetstreamManager(central, { checkAPI: false });
  const isWhole = async (hubId: string): Promise<boolean> => {
    const { cluster } = await manager.streams.info(subjects.txStream(hubId));
    return cluster?.replicas?.every(({ current, offline }) => current && !offline) ?? false;
  };
  await eventually(async () => {
    const whole = await Promise.all(['hub-fair', 'hub-evil'].map(isWhole)).catch(() => [false]);
    return whole.every(Boolean) || undefined;
  }, 40_000);
}

const publish = (from: NatsConnection, hubId: string, text: string) =>
  jetstream(from, { timeout: 1_000 }).publish(subjects.txEvent(hubId, 'payment-captured'), text);

/** What comes of a question to which nobody answers, as far as who asks can tell. */
const UNHEARD = /no responders|timeout/i;
const ask = (from: NatsConnection, subject: string) => from.request(subject, '', { timeout: 300 });

beforeAll(async () => {
  const free = await freePorts(3 * NAMES.length);
  const next = (): number => present(free.pop(), 'a port');
  for (const _ of NAMES) ports.push({ client: next(), leaf: next(), route: next() });
  const servers = NAMES.map((name, k) => {
    const { client, leaf, route } = present(ports[k], 'ports');
    const at = { clientPort: client, leafPort: leaf, routePort: route };
    return { name, host: 'localhost', listen: '127.0.0.1', ...at };
  });
  await initDeployment(dir, { servers, reserved: RESERVED });
  await Promise.all(NAMES.map((name, k) => run(name, present(ports[k], 'ports').client)));
  honest = await hub('hub-fair');
  evil = await hub('hub-evil');
  central = await connect({
    servers: ports.map(({ client }) => `tls://localhost:${client}`),
    tls: filesOf(join(dir, 'central', 'service'), 'service'),
    inboxPrefix: subjects.inbox(CENTRAL_OWNER),
    reconnectTimeWait: 100,
  });
  connections.push(central);
  // the cluster chooses its leader, and the permissions of hubs that were added must be read
  await eventually(() =>
    streamOf('hub-fair')
      .info()
      .catch(() => undefined),
  );
}, 30_000);

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all([...running.values()].map((server) => server.kill9()));
  rmSync(dir, { recursive: true, force: true });
});

describe('what is reserved', () => {
  it('is no more than agreed: a stream that would take the other hub’s room is refused', async () => {
    await expect(streamOf('hub-evil', RESERVED.bytesEach + MIB).info()).rejects.toThrow(
      /insufficient|storage|resources/i,
    );
    await streamOf('hub-evil').info();
  });

  it('is three copies of each stream', async () => {
    const manager = await jetstreamManager(central, { checkAPI: false });
    const { config, cluster } = await manager.streams.info(subjects.txStream('hub-fair'));
    expect(config).toMatchObject({ num_replicas: 3, max_bytes: RESERVED.bytesEach });
    expect(cluster?.replicas).toHaveLength(2);
  });
});

describe('a hub', () => {
  it('publishes into its own stream, and central reads it', async () => {
    await eventually(() => publish(honest, 'hub-fair', 'one').catch(() => undefined));
    await publish(honest, 'hub-fair', 'two');
    expect(await textsOf('hub-fair')).toEqual(['one', 'two']);
  });

  it('is read anew as often as its link asks for it, by one consumer at a time', async () => {
    for (let k = 0; k < 2 * CONSUMERS_ALLOWED; k += 1) {
      expect(await textsOf('hub-fair')).toEqual(['one', 'two']);
    }
    const manager = await jetstreamManager(central, { checkAPI: false });
    const left = await eventually(async () => {
      const { state } = await manager.streams.info(subjects.txStream('hub-fair'));
      return state.consumer_count <= 1 ? state.consumer_count : undefined;
    });
    expect(left).toBe(1);
  });

  it('that is taken over cannot write into another hub’s stream', async () => {
    await eventually(() => publish(evil, 'hub-evil', 'mine').catch(() => undefined));
    await expect(publish(evil, 'hub-fair', 'forged')).rejects.toThrow(/not enabled/i);
    await publish(evil, 'hub-evil', 'mine too');
    expect(await textsOf('hub-fair')).toEqual(['one', 'two']);
  });

  it('cannot call the JetStream of central, not even for its own stream', async () => {
    for (const api of ['$JS.API', '$JS.central.API']) {
      await expect(ask(evil, `${api}.INFO`)).rejects.toThrow(UNHEARD);
      await expect(ask(evil, `${api}.STREAM.PURGE.TX_hub-fair`)).rejects.toThrow(UNHEARD);
      await expect(ask(evil, `${api}.STREAM.DELETE.TX_hub-evil`)).rejects.toThrow(UNHEARD);
    }
  });

  it('cannot ask in another’s name, nor answer in central’s', async () => {
    const asked: string[] = [];
    central.subscribe(subjects.anyDownlinkPull, {
      callback: (_error, message) => {
        asked.push(message.subject);
        message.respond('answered');
      },
    });
    const forged: string[] = [];
    central.subscribe(`${subjects.inbox(CENTRAL_OWNER)}.guessed`, {
      callback: (_error, message) => void forged.push(message.subject),
    });
    await central.flush();
    evil.publish(`${subjects.inbox(CENTRAL_OWNER)}.guessed`, 'forged');
    await expect(ask(evil, subjects.downlinkPull('hub-fair'))).rejects.toThrow(UNHEARD);
    await expect(ask(evil, subjects.allowanceAsk('hub-fair'))).rejects.toThrow(UNHEARD);
    const own = await eventually(() =>
      evil.request(subjects.downlinkPull('hub-evil'), '', { timeout: 500 }).catch(() => undefined),
    );
    expect(own.string()).toBe('answered');
    expect({ asked: new Set(asked), forged }).toEqual({
      asked: new Set([subjects.downlinkPull('hub-evil')]),
      forged: [],
    });
  });

  it('hears nothing that is not for it', async () => {
    const heard: string[] = [];
    for (const subject of ['down.>', 'tx.>', 'allow.>', '_INBOX.>', '$JS.>', '$SYS.>']) {
      evil.subscribe(subject, { callback: (_error, message) => void heard.push(message.subject) });
    }
    await evil.flush();
    await publish(honest, 'hub-fair', 'private');
    await honest.request(subjects.downlinkPull('hub-fair'), '', { timeout: 2_000 });
    central.publish(subjects.downlinkNudge('hub-fair'));
    central.publish(subjects.downlinkNudge('hub-evil'));
    await eventually(async () => (heard.length > 0 ? true : undefined));
    expect(heard).toEqual([subjects.downlinkNudge('hub-evil')]);
  });
});

describe('central', () => {
  it('cannot write into a hub’s stream, nor purge or delete it', async () => {
    const denied: string[] = [];
    void (async () => {
      for await (const status of central.status()) {
        if (status.type === 'error') denied.push(status.error.message);
      }
    })();
    central.publish(subjects.txEvent('hub-fair', 'payment-captured'), 'forged');
    for (const what of ['PURGE', 'DELETE']) central.publish(`$JS.API.STREAM.${what}.TX_hub-fair`);
    await central.flush();
    await eventually(async () => (denied.length >= 3 ? true : undefined));
    expect(denied.join()).toMatch(/permissions violation/i);
    expect(await textsOf('hub-fair')).toEqual(['one', 'two', 'private']);
  });
});

describe('a hub’s certificate', () => {
  const leaf = () => filesOf(folderOf('hub-evil'), 'leaf');

  it('is not let in where central’s service is', async () => {
    const servers = `tls://localhost:${ports[0]?.client}`;
    await expect(connect({ servers, tls: leaf(), reconnect: false })).rejects.toThrow(
      /authorization/i,
    );
  });

  it('makes no server of the cluster', async () => {
    const port = present(ports[0], 'ports').route;
    expect(await asRoute(port, filesOf(folderOf('n2'), 'server'))).toContain('PONG');
    expect(await asRoute(port, leaf())).not.toContain('PONG');
  });
});

/** The server that a hub is linked up with, as its own nats-server says. */
function serverOf(hubId: string): string {
  const log = readFileSync(join(dir, `${hubId}.log`), 'utf8');
  const [, port] =
    [...log.matchAll(/:(\d+) - lid:\d+ - Leafnode connection created/g)].at(-1) ?? [];
  return present(NAMES[ports.findIndex(({ leaf }) => leaf === Number(port))], 'a server');
}

describe('a server that is killed while people pay', () => {
  const PAYMENTS_AFTER = 60;
  let shop: TestHub;

  beforeAll(async () => {
    const pki = await createDevelopmentPki({
      dir: join(dir, 'shop-pki'),
      hubs: ['hub-fair'],
      terminals: ['test-t1'],
    });
    const env = { HUB_STREAM_AT: 'central', HUB_RATE_PER_SECOND: '1000', HUB_RATE_BURST: '1000' };
    shop = await createTestHub({ hubId: 'hub-fair', pki, env });
    shop.register('test-t1');
    await shop.context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf('li')],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    const { relay, settings } = shop.context;
    relay.start(new JetStreamEvents(honest, 'hub-fair', settings.stream));
  });
  afterAll(() => shop.close());

  const published = () =>
    eventually(() => (shop.context.outbox.state().pending === 0 ? true : undefined), 30_000);

  it('is noticed by no terminal, and nothing is missing in the end', async () => {
    await published();
    const manager = await jetstreamManager(central, { checkAPI: false });
    const { cluster } = await manager.streams.info(subjects.txStream('hub-fair'));
    const leader = present(cluster?.leader, 'a leader');
    const outcomes: string[] = [];
    const pay = async (): Promise<void> => {
      const reply = await shop.context.handler.handle('test-t1', shop.probe('test-t1'));
      outcomes.push(/"outcome":"(\w+)"/.exec(reply)?.[1] ?? reply);
    };
    await pay();
    await running.get(leader)?.kill9();
    for (let paid = 0; paid < PAYMENTS_AFTER; paid += 1) await pay();
    expect(new Set(outcomes)).toEqual(new Set(['paid']));
    // the others choose a leader among themselves: the killed one stays away until all is published
    await published();
    const { lastSeq } = shop.context.outbox.state();
    const texts = await eventually(() => textsOf('hub-fair', lastSeq).catch(() => undefined));
    const seqs = texts.flatMap((text) => /"seq":(\d+)/.exec(text)?.[1] ?? []).map(Number);
    expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, i) => i + 1));
    expect(lastSeq).toBeGreaterThan(PAYMENTS_AFTER);
    await bringBack(leader);
  }, 120_000);
});

describe('revocation', () => {
  const refusals = () =>
    readFileSync(join(dir, 'hub-evil.log'), 'utf8').match(/Authorization Violation/g)?.length ?? 0;

  it('shuts one hub out when its server is started anew, and stops no other though a server is gone', async () => {
    const folder = folderOf('hub-evil');
    renameSync(folder, `${folder}.old`);
    await revokeHub(dir, 'hub-evil');
    for (const name of NAMES) running.get(name)?.signal('SIGHUP');
    const name = serverOf('hub-evil');
    await running.get(name)?.kill9();
    await eventually(() => (refusals() > 0 ? true : undefined));
    await expect(publish(evil, 'hub-evil', 'after')).rejects.toThrow(/not enabled|timeout/i);
    const { seq } = await eventually(
      () => publish(honest, 'hub-fair', 'goes on').catch(() => undefined),
      20_000,
    );
    await bringBack(name);
    const texts = await eventually(() => textsOf('hub-fair', seq).catch(() => undefined));
    expect(texts.at(-1)).toBe('goes on');
  }, 120_000);

  it('lets it in again with a new certificate only', async () => {
    await running.get('hub-evil')?.kill9();
    const back = await hub('hub-evil');
    await eventually(() => publish(back, 'hub-evil', 'back').catch(() => undefined), 20_000);
    await running.get('hub-evil')?.kill9();
    const folder = folderOf('hub-evil');
    for (const file of ['leaf.pem', 'leaf.key']) {
      copyFileSync(join(`${folder}.old`, file), join(folder, file));
    }
    const before = refusals();
    const conf = readFileSync(join(folder, 'nats.conf'), 'utf8');
    const port = present(/^listen: "127.0.0.1:(\d+)"/m.exec(conf)?.[1], 'a port');
    await run('hub-evil', Number(port));
    expect(await eventually(() => (refusals() > before ? true : undefined))).toBe(true);
  }, 45_000);
});

/** Speaks to a cluster's port as a server does: TLS, CONNECT, PING. @returns what it answered */
async function asRoute(port: number, files: ReturnType<typeof filesOf>): Promise<string> {
  const socket = startTls({
    port,
    host: 'localhost',
    ca: readFileSync(files.caFile),
    cert: readFileSync(files.certFile),
    key: readFileSync(files.keyFile),
  });
  let answer = '';
  const ended = new Promise<void>((resolve) => {
    socket.on('error', () => resolve()).on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
      if (answer.includes('PONG')) resolve();
    });
  });
  socket.write(
    'CONNECT {"verbose":false,"pedantic":false,"name":"nX","cluster":"central"}\r\nPING\r\n',
  );
  await Promise.race([ended, sleep(2_000)]);
  socket.destroy();
  return answer;
}
