import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { centralNatsConf, developmentHubs, hubNatsConf } from '../../deploy/nats/nats-conf.ts';
import { CENTRAL_OWNER } from '../../deploy/nats/nats-permissions.ts';
import { findNatsServer, startNatsServer } from '../../deploy/nats/nats-server.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import type { StackProcess } from '../../deploy/stack/child-process.ts';
import { freePorts } from '../../deploy/stack/free-ports.ts';
import { WanLink } from '../../deploy/stack/wan-link.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';

const HUBS = ['hub-a', 'hub-b'];
const PASSWORD = 'only-in-this-test';
const program = findNatsServer(process.env['PATH'] ?? '');

let dir: string;
let pki: DevelopmentPki;
let centralPort: number;
let leafPort: number;
const servers: StackProcess[] = [];
const links: WanLink[] = [];
const connections: NatsConnection[] = [];

/** Starts a hub's nats-server whose leaf goes through the link; its certificates may be foreign. */
async function startHub(hubId: string, from: DevelopmentPki, central: WanLink): Promise<number> {
  const [clientPort] = await freePorts(1);
  const port = present(clientPort, 'a port');
  const name = `${hubId}-${port}`;
  const conf = hubNatsConf({
    hubId,
    host: '127.0.0.1',
    clientPort: port,
    storeDir: join(dir, name, 'store'),
    tls: { ...present(from.hubs[hubId], hubId).leaf, caPath: pki.caPath },
    service: { user: hubId, password: PASSWORD },
    central: central.ports.map((wan) => `localhost:${wan}`),
    streams: 'hub',
  });
  servers.push(
    await startNatsServer({
      name,
      program,
      conf,
      confPath: join(dir, name, 'nats.conf'),
      clientPort: port,
      logPath: join(dir, name, 'nats.log'),
    }),
  );
  return port;
}

async function client(port: number, user: string, owner: string): Promise<NatsConnection> {
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    user,
    pass: PASSWORD,
    inboxPrefix: subjects.inbox(owner),
  });
  connections.push(connection);
  return connection;
}

async function openLink(name: string): Promise<WanLink> {
  const link = await WanLink.open({ name, ways: [{ port: 0, targetPort: leafPort }] });
  links.push(link);
  return link;
}

/** Waits for what the network does in its own time. */
async function eventually<T>(probe: () => Promise<T | undefined>, limitMs = 15_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms`);
    await sleep(50);
  }
}

async function addStream(connection: NatsConnection, hubId: string): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: subjects.txStream(hubId),
    subjects: [subjects.txEvents(hubId)],
    max_bytes: 64 * 1024 * 1024,
  });
}

let central: NatsConnection;
let hubA: NatsConnection;
let hubB: NatsConnection;
let linkA: WanLink;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-nats-'));
  pki = await createDevelopmentPki({ dir: join(dir, 'pki'), hubs: HUBS, terminals: [] });
  const ports = await freePorts(2);
  centralPort = present(ports[0], 'a port');
  leafPort = present(ports[1], 'a port');
  servers.push(
    await startNatsServer({
      name: 'central',
      program,
      conf: centralNatsConf({
        host: '127.0.0.1',
        clientPort: centralPort,
        leafPort,
        storeDir: join(dir, 'central', 'store'),
        tls: { ...pki.centralNats, caPath: pki.caPath },
        service: { user: 'central', password: PASSWORD },
        hubs: developmentHubs(HUBS),
        streams: 'hub',
      }),
      confPath: join(dir, 'central', 'nats.conf'),
      clientPort: centralPort,
      logPath: join(dir, 'central', 'nats.log'),
    }),
  );
  linkA = await openLink('wan-a');
  hubA = await client(await startHub('hub-a', pki, linkA), 'hub-a', 'hub-a');
  hubB = await client(await startHub('hub-b', pki, await openLink('wan-b')), 'hub-b', 'hub-b');
  central = await client(centralPort, 'central', CENTRAL_OWNER);
  await addStream(hubA, 'hub-a');
  await addStream(hubB, 'hub-b');
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  for (const server of servers.toReversed()) await server.stop();
  for (const link of links) await link.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Reads `count` events of a hub from a stream sequence on, as central's intake does. */
async function pull(hubId: string, startSeq: number, count: number): Promise<string[]> {
  const js = jetstream(central, { domain: hubId, timeout: 2000 });
  const consumer = await js.consumers.get(subjects.txStream(hubId), {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: startSeq,
  });
  const messages = await consumer.fetch({ max_messages: count, expires: 2000 });
  const texts: string[] = [];
  for await (const message of messages) texts.push(message.string());
  return texts;
}

describe('uplink', () => {
  it('central reads a hub through the leaf with an ordered consumer, from its own watermark', async () => {
    const js = jetstream(hubA);
    for (let i = 1; i <= 20; i += 1) {
      await js.publish(subjects.txEvent('hub-a', 'payment-captured'), `event ${i}`, {
        msgID: `a-${i}`,
      });
    }
    const texts = await eventually(() => pull('hub-a', 11, 10).catch(() => undefined));
    expect(texts).toEqual(Array.from({ length: 10 }, (_, i) => `event ${i + 11}`));
  });

  it('goes on after the link was cut, with nothing lost', async () => {
    linkA.cut();
    await jetstream(hubA).publish(subjects.txEvent('hub-a', 'payment-captured'), 'in the dark');
    await expect(pull('hub-a', 21, 1)).rejects.toThrow(/not enabled|no responders|timeout/i);
    linkA.restore();
    const texts = await eventually(() => pull('hub-a', 21, 1).catch(() => undefined));
    expect(texts).toEqual(['in the dark']);
  });
});

describe('downlink', () => {
  it('a hub asks central, and central nudges a hub', async () => {
    central.subscribe(subjects.anyDownlinkPull, {
      callback: (_error, message) => void message.respond(`for ${message.subject}`),
    });
    let nudges = 0;
    hubA.subscribe(subjects.downlinkNudge('hub-a'), { callback: () => void (nudges += 1) });
    const answer = await eventually(async () =>
      hubA
        .request(subjects.downlinkPull('hub-a'), '{}', { timeout: 1000 })
        .then((message) => message.string())
        .catch(() => undefined),
    );
    expect(answer).toBe('for down.hub-a.pull');
    await eventually(async () => {
      central.publish(subjects.downlinkNudge('hub-a'));
      await sleep(50);
      return nudges > 0 ? true : undefined;
    });
  });
});

/**
 * A hub that was taken over: its box can log in to its own nats-server with any rights, so what it
 * may do to others is decided at central's leaf port. This one has the rights of its own server taken off.
 */
async function takenOverHub(hubId: string): Promise<NatsConnection> {
  const link = await openLink(`wan-evil-${hubId}`);
  const [clientPort] = await freePorts(1);
  const port = present(clientPort, 'a port');
  const folder = join(dir, `evil-${port}`);
  const conf = hubNatsConf({
    hubId,
    host: '127.0.0.1',
    clientPort: port,
    storeDir: join(folder, 'store'),
    tls: { ...present(pki.hubs[hubId], hubId).leaf, caPath: pki.caPath },
    service: { user: 'evil', password: PASSWORD },
    central: link.ports.map((wan) => `localhost:${wan}`),
    streams: 'hub',
  }).replace(/permissions: .*\}(?= \}$)/m, 'permissions: { publish: ">", subscribe: ">" }');
  expect(conf).toContain('publish: ">"');
  servers.push(
    await startNatsServer({
      name: `evil-${hubId}`,
      program,
      conf: conf.replace(`server_name: "${hubId}"`, `server_name: "evil-${hubId}"`),
      confPath: join(folder, 'nats.conf'),
      clientPort: port,
      logPath: join(folder, 'nats.log'),
    }),
  );
  const connection = await client(port, 'evil', hubId);
  // it is linked up as the hub it claims to be: its own downlink works
  await eventually(async () =>
    connection
      .request(subjects.downlinkPull(hubId), '{}', { timeout: 1000 })
      .catch(() => undefined),
  );
  return connection;
}

describe('a hub that was taken over', () => {
  let evil: NatsConnection;

  beforeAll(async () => {
    evil = await takenOverHub('hub-a');
  });

  it('cannot publish into the subjects of another hub', async () => {
    const manager = await jetstreamManager(hubB);
    const before = (await manager.streams.info(subjects.txStream('hub-b'))).state.messages;
    evil.publish(subjects.txEvent('hub-b', 'payment-captured'), 'forged');
    await evil.flush();
    await sleep(500);
    const after = (await manager.streams.info(subjects.txStream('hub-b'))).state.messages;
    expect(after).toBe(before);
  });

  it('cannot pull the downlink of another hub', async () => {
    await expect(
      evil.request(subjects.downlinkPull('hub-b'), '{}', { timeout: 1000 }),
    ).rejects.toThrow(/no responders|timeout/i);
  });

  it.each(['$JS.hub-b.API.INFO', `$JS.hub-b.API.STREAM.INFO.TX_hub-b`, '$JS.central.API.INFO'])(
    'cannot call %s',
    async (subject) => {
      await expect(evil.request(subject, '', { timeout: 1000 })).rejects.toThrow(
        /no responders|timeout/i,
      );
    },
  );

  it('cannot listen to the downlink or the inboxes of others', async () => {
    const heard: string[] = [];
    for (const subject of ['down.>', '_INBOX.central.>', '_INBOX.hub-b.>', 'tx.>']) {
      evil.subscribe(subject, { callback: (_error, message) => void heard.push(message.subject) });
    }
    await evil.flush();
    await sleep(500);
    central.publish(subjects.downlinkNudge('hub-b'));
    await hubB.request(subjects.downlinkPull('hub-b'), '{}', { timeout: 2000 });
    await jetstream(hubB).publish(subjects.txEvent('hub-b', 'payment-captured'), 'private');
    await sleep(500);
    expect(heard.filter((subject) => subject !== subjects.downlinkNudge('hub-a'))).toEqual([]);
  });
});

describe('the leaf port', () => {
  it('refuses a certificate of a foreign CA', async () => {
    const foreign = await createDevelopmentPki({
      dir: join(dir, 'foreign'),
      hubs: ['hub-b'],
      terminals: [],
    });
    const link = await openLink('wan-foreign');
    const port = await startHub('hub-b', foreign, link);
    const stranger = await client(port, 'hub-b', 'hub-b');
    await eventually(async () =>
      /bad certificate|unknown authority|unknown certificate/i.test(
        readFileSync(join(dir, 'central', 'nats.log'), 'utf8'),
      )
        ? true
        : undefined,
    );
    await expect(
      stranger.request(subjects.downlinkPull('hub-b'), '{}', { timeout: 1000 }),
    ).rejects.toThrow(/no responders|timeout/i);
  });

  it('does not let the user of a hub in on the client port', async () => {
    await expect(
      connect({
        servers: `127.0.0.1:${centralPort}`,
        user: 'CN=leaf-hub-a',
        pass: '',
        reconnect: false,
      }),
    ).rejects.toThrow(/authorization/i);
  });
});
