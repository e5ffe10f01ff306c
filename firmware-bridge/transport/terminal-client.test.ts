import { createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CertificateAuthority,
  type CertificatePaths,
} from '../../deploy/pki/certificate-authority.ts';
import { REFUSAL_WORDS, type RefusalCode } from '../../shared/contracts/refusal.ts';
import { terminalOfTopic, topics } from '../../shared/contracts/subjects.ts';
import { cutBlobs, type ProbeFrame, splitPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  answerSigningInput,
  probeSigningInput,
  type TerminalRequest,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';
import { moveSigningInput } from '../../shared/contracts/terminal-moves.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { Journal } from '../bridge/journal.ts';
import { deviceKeyFromPem } from '../codec/device-key.ts';
import type { TerminalTimeouts } from './hub-exchange.ts';
import { LinkError } from './mqtt-link.ts';
import { TerminalClient } from './terminal-client.ts';

const TERMINAL = 'shop-t1';
const newId = (): string => uuidV7(systemClock.now(), randomBytes(10));

interface Received {
  readonly request: TerminalRequest;
  readonly payload: Buffer;
}
type Answer = { readonly type: string; readonly data: object } | undefined;

/** A real broker with mutual TLS; what the hub behind it answers is each test's script. */
class ScriptedHub {
  readonly received: Received[] = [];
  answer: (received: Received, nth: number) => Answer = () => undefined;
  private readonly broker: Aedes;
  private readonly server: Server;
  private readonly sockets = new Set<TLSSocket>();

  private constructor(broker: Aedes, server: Server) {
    this.broker = broker;
    this.server = server;
  }

  static async start(identity: CertificatePaths, caPath: string): Promise<ScriptedHub> {
    const broker = await Aedes.createBroker();
    broker.authenticate = (client, ...[, , done]) => {
      const socket = client.conn;
      const cn = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined;
      done(null, cn === client.id);
    };
    const server = createServer({
      cert: readFileSync(identity.certPath),
      key: readFileSync(identity.keyPath),
      ca: readFileSync(caPath),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const hub = new ScriptedHub(broker, server);
    server.on('secureConnection', (socket) => {
      hub.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => hub.sockets.delete(socket));
      broker.handle(socket);
    });
    broker.on('publish', (packet, client) => {
      if (client && packet.topic === topics.request(client.id))
        hub.take(packet.topic, packet.payload);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get url(): string {
    const address = this.server.address();
    if (typeof address !== 'object' || !address) throw new Error('the broker listens on TCP');
    return `mqtts://127.0.0.1:${address.port}`;
  }

  probes(): Received[] {
    return this.received.filter(({ request }) => request.type === 'payment.probe');
  }

  /** Cuts every connection, as a pulled cable or a restart does. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.broker.close(() => resolve()));
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take(topic: string, raw: Buffer | string): void {
    const payload = Buffer.from(raw);
    const head = splitPayload(payload)?.head ?? '';
    const request = terminalRequestSchema.parse(JSON.parse(head));
    const nth = this.received.filter((one) => one.request.type === request.type).length + 1;
    const received = { request, payload };
    this.received.push(received);
    const answer = this.answer(received, nth);
    if (!answer) return;
    const reply = {
      id: newId(),
      version: 1,
      occurredAt: new Date().toISOString(),
      source: 'hub',
      replyTo: request.id,
      ...answer,
    };
    this.broker.publish(
      {
        cmd: 'publish',
        topic: topics.reply(terminalOfTopic(topic) ?? ''),
        payload: Buffer.from(JSON.stringify(reply)),
        qos: 1,
        retain: false,
        dup: false,
      },
      () => undefined,
    );
  }
}

function challengeFor(request: TerminalRequest): Answer {
  if (request.type !== 'challenge.request') return undefined;
  const { paymentId } = request.data;
  const expiresAt = new Date(Date.now() + 30_000).toISOString();
  return { type: 'challenge.issued', data: { paymentId, challenge: 'c'.repeat(32), expiresAt } };
}

const STAGES = Object.fromEntries(
  ['queue', 'decode', 'detect', 'pad', 'embed', 'search', 'commit', 'total'].map((stage) => [
    stage,
    1,
  ]),
);

function result(request: TerminalRequest, outcome: 'paid' | 'declined'): Answer {
  const paymentId = 'paymentId' in request.data ? request.data.paymentId : '';
  const paid = outcome === 'paid';
  return {
    type: 'payment.result',
    data: {
      paymentId,
      outcome,
      code: paid ? null : 'no_face',
      words: paid ? { 'zh-CN': '已付', en: 'Paid' } : REFUSAL_WORDS.no_face,
      receipt: null,
      stagesMs: STAGES,
    },
  };
}

function refusal(code: RefusalCode): Answer {
  const data = { code, words: REFUSAL_WORDS[code], detail: 'scripted', supportedVersions: [1] };
  return { type: 'error', data };
}

const frames = (): Promise<ProbeFrame[]> =>
  Promise.resolve([
    { takenAt: new Date().toISOString(), colour: Uint8Array.of(0xff, 0xd8, 0x0a, 1, 2, 3) },
    {
      takenAt: new Date().toISOString(),
      colour: Uint8Array.of(0xff, 0xd8, 0x0a, 4),
      depth: { png: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0a), focalPx: 277.1 },
    },
  ]);

const folder = mkdtempSync(join(tmpdir(), 'wuma-terminal-'));
const journalPath = join(folder, 'journal.jsonl');
let ca: CertificateAuthority;
let hubIdentity: CertificatePaths;
let identity: CertificatePaths;
let hub: ScriptedHub;
let journal: Journal;
let client: TerminalClient | undefined;

const caPath = join(folder, 'ca.pem');

async function connect(timeouts: Partial<TerminalTimeouts> = {}, terminalId = TERMINAL) {
  const key = readFileSync(identity.keyPath, 'utf8');
  client = await TerminalClient.connect({
    url: hub.url,
    terminalId,
    tls: {
      ca: readFileSync(caPath, 'utf8'),
      cert: readFileSync(identity.certPath, 'utf8'),
      key,
    },
    deviceKey: deviceKeyFromPem(key),
    journal,
    clock: systemClock,
    newId,
    random: Math.random,
    logger: pino({ level: 'silent' }),
    timeouts: {
      connectMs: 3_000,
      replyMs: 200,
      giveUpMs: 3_000,
      settleMs: 50,
      maxBackoffMs: 200,
      ...timeouts,
    },
  });
  return client;
}

const pay = (terminal: TerminalClient) =>
  terminal.pay({ amountMinor: 1_250n, currency: 'CNY', takeFrames: frames });

beforeAll(async () => {
  ca = await CertificateAuthority.open({ dir: folder, commonName: 'test CA', clock: systemClock });
  hubIdentity = await ca.issue({
    name: 'hub',
    commonName: 'hub',
    usage: ['server'],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  identity = await ca.issue({ name: TERMINAL, commonName: TERMINAL, usage: ['client'] });
});

beforeEach(async () => {
  rmSync(journalPath, { force: true });
  journal = await Journal.open(journalPath);
  hub = await ScriptedHub.start(hubIdentity, caPath);
});

afterEach(async () => {
  await client?.close();
  client = undefined;
  await journal.close();
  await hub.stop();
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('a payment', () => {
  it('is signed by the device, carries its pictures whole and closes its journal entry', async () => {
    hub.answer = ({ request }) => challengeFor(request) ?? result(request, 'paid');
    const outcome = await pay(await connect());
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
    expect(journal.openPayments).toEqual([]);
    const [probe] = hub.probes();
    if (probe?.request.type !== 'payment.probe') throw new Error('no probe came');
    const { data } = probe.request;
    const cut = cutBlobs(data.frames, splitPayload(probe.payload)?.blobs ?? new Uint8Array());
    expect(cut?.map((frame) => frame.colour.length)).toEqual([6, 4]);
    const certificate = new X509Certificate(readFileSync(identity.certPath));
    const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
    const signature = Buffer.from(data.signature.value, 'base64');
    const good = (text: string): boolean =>
      verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, signature);
    expect(good(probeSigningInput(TERMINAL, data))).toBe(true);
    expect(good(probeSigningInput(TERMINAL, { ...data, amountMinor: 1n }))).toBe(false);
  });

  it('is in the journal, with the ids of its requests, before the hub hears of it', async () => {
    const seen: string[] = [];
    hub.answer = ({ request }) => {
      seen.push(
        readFileSync(journalPath, 'utf8').includes(request.id) ? 'journalled' : request.type,
      );
      return challengeFor(request) ?? result(request, 'paid');
    };
    await pay(await connect());
    expect(seen).toEqual(['journalled', 'journalled']);
  });

  it('that is refused at once is refused', async () => {
    hub.answer = ({ request }) => challengeFor(request) ?? refusal('bad_signature');
    const outcome = await pay(await connect());
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'bad_signature' } });
    expect(hub.probes()).toHaveLength(1);
  });

  it('without a challenge sends no probe', async () => {
    const outcome = await pay(await connect({ giveUpMs: 500 }));
    expect(outcome.kind).toBe('unsent');
    expect(hub.probes()).toEqual([]);
    expect(journal.openPayments).toEqual([]);
    const ids = new Set(hub.received.map(({ request }) => request.id));
    expect(hub.received.length).toBeGreaterThan(1);
    expect(ids.size).toBe(1);
  });
});

describe('without an answer', () => {
  it('the same bytes are sent again, never a new request', async () => {
    hub.answer = ({ request }, nth) => {
      if (request.type === 'payment.query') return refusal('payment_unknown');
      return challengeFor(request) ?? (nth === 1 ? undefined : result(request, 'paid'));
    };
    const outcome = await pay(await connect());
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
    const [first, second, ...more] = hub.probes();
    expect(more).toEqual([]);
    expect(second?.payload.equals(first?.payload ?? Buffer.alloc(0))).toBe(true);
  });

  it('a payment that the hub has taken is found by asking, and not sent again', async () => {
    hub.answer = ({ request }) =>
      request.type === 'payment.query' ? result(request, 'paid') : challengeFor(request);
    const outcome = await pay(await connect());
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
    expect(hub.probes()).toHaveLength(1);
  });

  it('a cut connection comes back and the same probe goes out again', async () => {
    hub.answer = ({ request }, nth) => {
      if (request.type === 'payment.query') return refusal('payment_unknown');
      if (request.type === 'payment.probe' && nth === 1) {
        hub.cut();
        return undefined;
      }
      return challengeFor(request) ?? result(request, 'paid');
    };
    const outcome = await pay(await connect({ replyMs: 2_000, giveUpMs: 8_000 }));
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
    const [first, second] = hub.probes();
    expect(second?.payload.equals(first?.payload ?? Buffer.alloc(0))).toBe(true);
  });

  it('an error after a repeat is not believed when the hub has taken the payment', async () => {
    let probes = 0;
    hub.answer = ({ request }) => {
      if (request.type === 'payment.probe') {
        probes += 1;
        return probes === 1 ? undefined : refusal('challenge_used');
      }
      const known = probes < 2 ? refusal('payment_unknown') : result(request, 'paid');
      return request.type === 'payment.query' ? known : challengeFor(request);
    };
    const outcome = await pay(await connect());
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
  });

  it('at all, the payment is unknown, stays open, and is found after a restart', async () => {
    hub.answer = ({ request }) => challengeFor(request);
    const outcome = await pay(await connect({ giveUpMs: 600 }));
    expect(outcome.kind).toBe('unknown');
    await client?.close();
    await journal.close();
    journal = await Journal.open(journalPath);
    expect(journal.openPayments.map((open) => open.paymentId)).toEqual([outcome.paymentId]);
    hub.answer = ({ request }) => result(request, 'paid');
    const recovered = await (await connect()).recover();
    expect(recovered).toMatchObject([
      { kind: 'decided', paymentId: outcome.paymentId, result: { outcome: 'paid' } },
    ]);
    expect(journal.openPayments).toEqual([]);
  });
});

describe('a question', () => {
  const questionId = newId();
  const questionFor = (request: TerminalRequest): Answer => ({
    type: 'payment.question',
    data: {
      paymentId: 'paymentId' in request.data ? request.data.paymentId : '',
      questionId,
      question: 'last4',
      digits: 4,
      again: false,
      words: { 'zh-CN': '后四位', en: 'Last 4' },
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      stagesMs: STAGES,
    },
  });
  const welcome = (protocolVersion: number): Answer => ({
    type: 'terminal.welcome',
    data: {
      hubId: 'hub',
      streetId: 'street',
      shop: { id: 'shop', name: 'Shop' },
      currency: 'CNY',
      limitMinor: '50000',
      protocolVersion,
      serverTime: new Date().toISOString(),
    },
  });
  const asking =
    (protocolVersion: number): typeof hub.answer =>
    ({ request }, nth) => {
      if (request.type === 'terminal.hello') return welcome(protocolVersion);
      if (request.type === 'payment.probe') return questionFor(request);
      if (request.type === 'payment.query') return refusal('payment_unknown');
      if (request.type === 'payment.answer') return nth === 1 ? undefined : result(request, 'paid');
      return challengeFor(request);
    };
  const introduced = async (): Promise<TerminalClient> => {
    const terminal = await connect();
    await terminal.hello('test', { depth: true, width: 640, height: 480 });
    return terminal;
  };
  const payAnswering = (terminal: TerminalClient, digits: string | null) =>
    terminal.pay({
      amountMinor: 1_250n,
      currency: 'CNY',
      takeFrames: frames,
      answer: () => Promise.resolve(digits),
    });
  const versionOfProbe = () => hub.probes()[0]?.request.version;

  it('is answered, signed, with the same bytes until the hub has heard', async () => {
    hub.answer = asking(2);
    const outcome = await payAnswering(await introduced(), '4711');
    expect(outcome).toMatchObject({ kind: 'decided', result: { outcome: 'paid' } });
    expect(versionOfProbe()).toBe(2);
    const answers = hub.received.filter(({ request }) => request.type === 'payment.answer');
    expect(answers).toHaveLength(2);
    expect(answers[1]?.payload.equals(answers[0]?.payload ?? Buffer.alloc(0))).toBe(true);
    const request = answers[0]?.request;
    if (request?.type !== 'payment.answer') throw new Error('no answer came');
    const certificate = new X509Certificate(readFileSync(identity.certPath));
    const signature = Buffer.from(request.data.signature.value, 'base64');
    const good = (text: string): boolean =>
      verify(
        'sha256',
        Buffer.from(text),
        { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' },
        signature,
      );
    expect(good(answerSigningInput(TERMINAL, request.data))).toBe(true);
    expect(good(answerSigningInput(TERMINAL, { ...request.data, digits: '4712' }))).toBe(false);
    expect(readFileSync(journalPath, 'utf8')).not.toContain('4711');
    expect(journal.openPayments).toEqual([]);
  });

  it('that the shopper leaves ends the payment', async () => {
    hub.answer = asking(2);
    const outcome = await payAnswering(await introduced(), null);
    expect(outcome).toMatchObject({ kind: 'unanswered', question: { questionId } });
    expect(hub.received.some(({ request }) => request.type === 'payment.answer')).toBe(false);
    expect(journal.openPayments).toEqual([]);
  });

  it('is not asked for of a hub that speaks the first version, nor where nobody would answer', async () => {
    hub.answer = asking(1);
    const terminal = await introduced();
    await payAnswering(terminal, '4711');
    expect(versionOfProbe()).toBe(1);
    hub.received.length = 0;
    hub.answer = asking(2);
    await terminal.hello('test', { depth: true, width: 640, height: 480 });
    await pay(terminal);
    expect(versionOfProbe()).toBe(1);
  });
});

describe('the link', () => {
  it('is refused to a terminal whose certificate has another name', async () => {
    await expect(connect({}, 'shop-t2')).rejects.toBeInstanceOf(LinkError);
  });

  it('says who it is and hears its shop', async () => {
    hub.answer = ({ request }) =>
      request.type === 'terminal.hello' ? refusal('unsupported_version') : undefined;
    const terminal = await connect();
    const welcome = await terminal.hello('test', { depth: true, width: 640, height: 480 });
    expect(welcome).toMatchObject({
      ok: false,
      error: { code: 'refused', refusal: { code: 'unsupported_version', supportedVersions: [1] } },
    });
  });
});

describe('a refund', () => {
  const payment = { paymentId: newId(), amountMinor: 250n, currency: 'CNY' } as const;
  const state = (): Answer => ({
    type: 'payment.state',
    data: {
      paymentId: payment.paymentId,
      state: 'partly_refunded',
      amountMinor: '1250',
      currency: 'CNY',
      refundedMinor: '250',
      refundableMinor: '1000',
      reversibleUntil: null,
      capturableUntil: null,
      capturedAt: '2026-11-24T09:00:00.300Z',
      reference: 'R-1',
      words: REFUSAL_WORDS.busy,
      receipt: null,
    },
  });
  const askedIds = (): string[] => hub.received.map(({ request }) => request.id);

  it('is journalled first, signed for its content, and asked again by its id until it is answered', async () => {
    let journalled = false;
    hub.answer = ({ request }, nth) => {
      journalled ||= readFileSync(journalPath, 'utf8').includes(request.id);
      return nth < 3 ? undefined : state();
    };
    const terminal = await connect({ replyMs: 150 });
    const outcome = await terminal.moves.move('payment.refund', payment);
    expect(outcome).toMatchObject({ kind: 'done', state: { refundedMinor: '250' } });
    expect(journalled).toBe(true);
    expect(new Set(askedIds())).toEqual(new Set([outcome.moveId]));
    expect(journal.openMoves).toEqual([]);
    const asked = hub.received[0]?.request;
    if (asked?.type !== 'payment.refund') throw new Error('no refund was asked for');
    const key = new X509Certificate(readFileSync(identity.certPath)).publicKey;
    const text = moveSigningInput(TERMINAL, { ...asked, ...asked.data });
    const signature = Buffer.from(asked.data.signature.value, 'base64');
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', Buffer.from(text), options, signature)).toBe(true);
  });

  it('without an answer stays open, and after a restart the very same is asked for', async () => {
    const outcome = await (await connect({ replyMs: 100, giveUpMs: 300 })).moves.move(
      'payment.refund',
      payment,
    );
    expect(outcome.kind).toBe('unknown');
    await client?.close();
    await journal.close();
    journal = await Journal.open(journalPath);
    expect(journal.openMoves).toMatchObject([{ moveId: outcome.moveId, amountMinor: 250n }]);
    hub.answer = () => state();
    const recovered = await (await connect()).moves.recover();
    expect(recovered).toMatchObject([{ kind: 'done', moveId: outcome.moveId }]);
    expect(journal.openMoves).toEqual([]);
  });

  it('that is refused is closed; busy says nothing of it', async () => {
    hub.answer = (_received, nth) => refusal(nth === 1 ? 'busy' : 'refund_too_late');
    const outcome = await (await connect({ settleMs: 50 })).moves.move('payment.refund', payment);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'refund_too_late' } });
    expect(askedIds()).toEqual([outcome.moveId, outcome.moveId]);
    expect(journal.openMoves).toEqual([]);
  });
});
