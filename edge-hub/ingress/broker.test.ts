import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kioskLoginSigningInput } from '../../shared/contracts/kiosk-login.ts';
import { topics } from '../../shared/contracts/subjects.ts';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { createTestHub, newId, type TestHub } from '../../test/support/test-hub.ts';
import { Broker } from './broker.ts';

const KIOSK = 'test-kiosk';
const MB = 1024 * 1024;

let hub: TestHub;
let broker: Broker;
let http: Server;
let mqttPort = 0;
let httpPort = 0;
let kioskKey: KeyObject;

beforeAll(async () => {
  hub = await createTestHub();
  hub.register('test-t1', true);
  hub.register('test-t2');
  const { registry, handler, metrics, logger, tls, revocations } = hub.context;
  broker = await Broker.create({ registry, handler, metrics, logger, tls });
  revocations.onRevoked = (terminalId) => broker.disconnect(terminalId);
  mqttPort = await broker.listen(0, '127.0.0.1');
  http = createServer();
  broker.attach(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  httpPort = typeof address === 'object' && address ? address.port : 0;
  const shop = { terminalId: KIOSK, shopId: 's', shopName: 'S', merchantId: 'm' };
  const { code } = registry.createPairingCode(shop);
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  kioskKey = pair.privateKey;
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  expect(registry.pair(code.toLowerCase(), spki).ok).toBe(true);
  expect(registry.pair(code, spki)).toEqual({ ok: false, error: 'pairing_code_invalid' });
});
afterAll(async () => {
  await broker.close();
  http.closeAllConnections();
  http.close();
  await hub.close();
});

const certificateOptions = (terminalId: string, clientId = terminalId): IClientOptions => {
  const paths = present(hub.pki.terminals[terminalId], 'a certificate');
  return {
    clientId,
    ca: readFileSync(hub.pki.caPath),
    cert: readFileSync(paths.certPath),
    key: readFileSync(paths.keyPath),
    protocolVersion: 4,
    reconnectPeriod: 0,
  };
};

function token(overrides: { at?: string; nonce?: string; key?: KeyObject } = {}): string {
  const login = {
    terminalId: KIOSK,
    at: overrides.at ?? new Date().toISOString(),
    nonce: overrides.nonce ?? randomBytes(16).toString('base64'),
  };
  const key = overrides.key ?? kioskKey;
  const signature = sign('sha256', Buffer.from(kioskLoginSigningInput(login)), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return JSON.stringify({ ...login, signature: signature.toString('base64') });
}

const viaTls = (options: IClientOptions): Promise<MqttClient> =>
  connectAsync(`mqtts://localhost:${mqttPort}`, options, false);
const viaWebSocket = (password: string, clientId = KIOSK): Promise<MqttClient> =>
  connectAsync(
    `ws://localhost:${httpPort}/mqtt`,
    { clientId, username: clientId, password, protocolVersion: 4, reconnectPeriod: 0 },
    false,
  );

async function listen(
  client: MqttClient,
  terminalId: string,
): Promise<() => Promise<TerminalReply>> {
  const replies: TerminalReply[] = [];
  let wake = (): void => undefined;
  client.on('message', (_, payload) => {
    replies.push(terminalReplySchema.parse(JSON.parse(payload.toString())));
    wake();
  });
  await client.subscribeAsync(topics.reply(terminalId), { qos: 1 });
  return async () => {
    while (replies.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return present(replies.shift(), 'a reply');
  };
}

const hello = (): string =>
  JSON.stringify({
    id: newId(),
    type: 'terminal.hello',
    version: 1,
    occurredAt: new Date().toISOString(),
    source: 'x',
    data: { protocolVersions: [1], software: 't', camera: { depth: false, width: 1, height: 1 } },
  });

describe.each(['TLS', 'WebSocket'] as const)('over %s', (transport) => {
  const id = transport === 'TLS' ? 'test-t1' : KIOSK;
  let client: MqttClient;
  let next: () => Promise<TerminalReply>;

  beforeAll(async () => {
    client = await (transport === 'TLS' ? viaTls(certificateOptions(id)) : viaWebSocket(token()));
    next = await listen(client, id);
  });
  afterAll(() => client.endAsync(true));

  it('a terminal asks and hears', async () => {
    await client.publishAsync(topics.request(id), hello(), { qos: 1 });
    expect((await next()).type).toBe('terminal.welcome');
    expect(broker.isConnected(id)).toBe(true);
  });

  it.each([
    [50, 1],
    [5, 0],
    [5, 2],
  ] as const)(
    '%s MB with QoS %s are skipped, answered, and the connection lives on',
    async (megabytes, qos) => {
      await client.publishAsync(topics.request(id), Buffer.alloc(megabytes * MB, 1), { qos });
      expect(await next()).toMatchObject({ type: 'error', data: { code: 'payload_too_large' } });
      await client.publishAsync(topics.request(id), hello(), { qos: 1 });
      expect((await next()).type).toBe('terminal.welcome');
    },
  );

  it('another’s topic is refused in words, and the connection lives on', async () => {
    await client.publishAsync(topics.request('test-t2'), hello(), { qos: 1 });
    expect(await next()).toMatchObject({ data: { code: 'topic_forbidden' } });
    const granted = await client.subscribeAsync(topics.reply('test-t2')).catch(() => []);
    expect(granted.every((grant) => grant.qos === 128)).toBe(true);
    expect(client.connected).toBe(true);
  });
});

describe('login', () => {
  /** What the broker says to a client that it does not let in; empty when it does. */
  const refusalOf = (connecting: Promise<MqttClient>): Promise<string> =>
    connecting.then(
      () => '',
      (error: unknown) => String(error),
    );
  const REFUSED = /refused|not authorized|bad user/i;

  it('takes a kiosk’s token once, for two minutes, by its own key', async () => {
    const nonce = randomBytes(16).toString('base64');
    const client = await viaWebSocket(token({ nonce }));
    await client.endAsync(true);
    expect(await refusalOf(viaWebSocket(token({ nonce })))).toMatch(REFUSED);
    expect(
      await refusalOf(viaWebSocket(token({ at: new Date(Date.now() - 121_000).toISOString() }))),
    ).toMatch(REFUSED);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(await refusalOf(viaWebSocket(token({ key: privateKey })))).toMatch(REFUSED);
    expect(await refusalOf(viaWebSocket('{}'))).toMatch(REFUSED);
    expect(await refusalOf(viaWebSocket(token(), 'test-t1'))).toMatch(REFUSED);
  });

  it('takes a certificate only in its own name', async () => {
    expect(await refusalOf(viaTls(certificateOptions('test-t1', 'test-t2')))).toMatch(REFUSED);
    expect(await refusalOf(viaTls(certificateOptions('test-t1', KIOSK)))).toMatch(REFUSED);
  });

  it('ends with a revocation, at once and for good', async () => {
    const client = connect(`mqtts://localhost:${mqttPort}`, certificateOptions('test-t2'));
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    hub.context.registry.revoke('test-t2');
    await closed;
    expect(await refusalOf(viaTls(certificateOptions('test-t2')))).toMatch(REFUSED);
  });
});
