import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { createContext, type HubContext } from '../../edge-hub/context.ts';
import { fuseEmbeddings } from '../../edge-hub/enrolment/embedding.ts';
import { readSettings } from '../../edge-hub/env.ts';
import type { Vision } from '../../edge-hub/wiring/vision.ts';
import { encodeAnswer } from '../../firmware-bridge/codec/answer.ts';
import { deviceKeyFromPem } from '../../firmware-bridge/codec/device-key.ts';
import { moveHead } from '../../firmware-bridge/codec/move.ts';
import { encodeProbe } from '../../firmware-bridge/codec/probe.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import type { FaceEngine } from '../../models/runtime/analysis.ts';
import type { LightEvidence, LightVerdict } from '../../models/runtime/light-evidence.ts';
import { GOOD_QUALITY } from '../../models/runtime/quality-fixture.ts';
import { keyRingFile } from '../../models/template-protection/key-ring.ts';
import { claimSigningInput } from '../../shared/contracts/terminal-claims.ts';
import { joinPayload, type ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { PaymentMoveType } from '../../shared/contracts/terminal-moves.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { type Clock, systemClock } from '../../shared/kernel/clock.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { refuseLoneWrites } from './lone-writes.ts';

const DIMENSION = 32;
export const PACK_ID = 'open-1';

/** A clock that a test can set forward. */
export class TestClock implements Clock {
  aheadMs = 0;
  now(): number {
    return systemClock.now() + this.aheadMs;
  }
  monotonic(): number {
    return systemClock.monotonic() + this.aheadMs;
  }
}

/** Of an enrolment by which nothing but the face is told. */
export const NOTHING_SAID = {
  phone: null,
  phoneLast4: null,
  pin: null,
  minor: false,
  twin: false,
} as const;

export const newId = (): string => uuidV7(Date.now(), randomBytes(10));

/** "Picture" of a person for the engine below: the same name gives the same embedding. */
export const pictureOf = (person: string): Uint8Array => new TextEncoder().encode(`live ${person}`);
/** The person is there, but colour alone would not say so. */
export const paleOf = (person: string): Uint8Array => new TextEncoder().encode(`pale ${person}`);
/** The light of the terminal’s screen cannot be read on the person, or is another than was shown. */
export const dimOf = (person: string): Uint8Array => new TextEncoder().encode(`dim ${person}`);
export const recordingOf = (person: string): Uint8Array =>
  new TextEncoder().encode(`late ${person}`);
export const attackOn = (person: string): Uint8Array => new TextEncoder().encode(`flat ${person}`);
export const EMPTY_PICTURE = new TextEncoder().encode('nobody');

/** `li~0.87` is somebody whose face compares with li's at 0.87, `li+wang` one that is as near to both. */
export function embeddingOf(person: string): Float32Array {
  const [one, two] = person.split('+').map(oneFace);
  return one && two ? fuseEmbeddings([one, two]) : oneFace(person);
}

function oneFace(person: string): Float32Array {
  const [base = '', likeness] = person.split('~');
  if (likeness === undefined) return unitVectorOf(base);
  const cosine = Number(likeness);
  const to = unitVectorOf(base);
  const seed = unitVectorOf(person);
  const along = seed.reduce((sum, value, i) => sum + value * (to[i] ?? 0), 0);
  const across = seed.map((value, i) => value - along * (to[i] ?? 0));
  const norm = Math.hypot(...across);
  const sine = Math.sqrt(1 - cosine ** 2);
  return to.map((value, i) => cosine * value + (sine * (across[i] ?? 0)) / norm);
}

function unitVectorOf(person: string): Float32Array {
  const bytes = createHash('sha256').update(person).digest();
  const raw = Float32Array.from(bytes.subarray(0, DIMENSION), (byte) => byte - 127.5);
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

const NO_TIME = { queue: 0, decode: 1, detect: 1, pad: 1, embed: 1, networks: 4 };

const COLOUR_LIVE: Record<string, number> = { live: 1, pale: 0.3, flat: 0, dim: 1, late: 1 };
const LIGHT: Record<string, LightVerdict> = { dim: 'unreadable', late: 'failed' };

/**
 * Reads names instead of faces: for tests of what surrounds recognition, which has its own tests on real pictures.
 *
 * @param pack embeddings of another pack than `open` cannot be compared with its, but are as near to one another
 */
export function nameEngine(analysing?: () => Promise<void>, pack = 'open'): FaceEngine {
  const packId = `${pack}-1`;
  return {
    packId,
    dimension: DIMENSION,
    queueDepth: 0,
    async analyse(frames, how) {
      await analysing?.();
      const [kind, person] = new TextDecoder().decode(frames[0]?.colour).split(' ');
      if (person === undefined) return err({ code: 'no_face', timings: NO_TIME });
      const live = kind !== 'flat';
      const embedding = embeddingOf(person);
      return ok({
        packId,
        embedding: packId === PACK_ID ? embedding : embedding.toReversed(),
        quality: GOOD_QUALITY,
        pad: {
          colourLive: COLOUR_LIVE[kind ?? ''] ?? 0,
          depth: null,
          live,
          failed: live ? [] : ['colour'],
        },
        light: how.light ? lightOf(frames, LIGHT[kind ?? ''] ?? 'passed') : null,
        framesUsed: frames.length,
        timings: NO_TIME,
      });
    },
    forget: async () => undefined,
    close: async () => undefined,
  };
}

/** What a hub recognises with in tests of everything else. */
export async function nameVision(pack: string, analysing?: () => Promise<void>): Promise<Vision> {
  return {
    engine: nameEngine(analysing, pack),
    index: await openGalleryIndex({ engine: 'exact', dimension: DIMENSION }),
    thresholds: {
      sure: 0.9,
      leastSure: 0.6,
      mostSure: 0.95,
      floor: 0.5,
      margin: 0.05,
      source: 'test',
    },
    minLive: 0.5,
  };
}

function lightOf(frames: readonly ProbeFrame[], shown: LightVerdict): LightEvidence {
  const verdict = frames.every(({ lightStep }) => lightStep === undefined) ? 'unreadable' : shown;
  return { verdict, reason: null, strength: 0.2, follow: 1, relief: 1, reliefError: 0.1 };
}

export interface TestHub {
  readonly context: HubContext;
  readonly clock: TestClock;
  readonly pki: DevelopmentPki;
  readonly dir: string;
  /** A person's embedding as this hub compares and stores it: under the template key in force. */
  embeddingOf(person: string): Float32Array;
  /** Registers `test-t1` or `test-t2` by its certificate. */
  register(terminalId: string, depth?: boolean): void;
  /** A signed probe for a fresh challenge, unless the test brings its own. */
  probe(terminalId: string, overrides?: ProbeOverrides): Uint8Array;
  /** A signed answer to a question. */
  answer(terminalId: string, answer: TypedAnswer): Uint8Array;
  /** A signed phone number and PIN for a fresh challenge, unless the test brings its own. */
  phone(terminalId: string, typed: TypedPhone): Uint8Array;
  /** A one-time code, likewise. */
  code(terminalId: string, shown: ShownCode): Uint8Array;
  /** A signed request for a move of a payment. */
  move(terminalId: string, type: PaymentMoveType, move: AskedMove): Uint8Array;
  close(): Promise<void>;
}

export interface ProbeOverrides {
  /** From 2 on the terminal can ask. */
  readonly version?: 1 | 2 | 3;
  readonly capture?: 'later';
  readonly items?: readonly string[];
  readonly requestId?: string;
  readonly paymentId?: string;
  readonly amountMinor?: bigint;
  readonly picture?: Uint8Array;
  readonly challenge?: string;
  readonly takenAtMs?: number;
  /** How many frames, each of the step of a light challenge that its place says; one without a step otherwise. */
  readonly litFrames?: number;
  readonly signAs?: string;
}

export interface TypedAnswer {
  readonly question: { readonly paymentId: string; readonly questionId: string };
  readonly digits: string;
  readonly requestId?: string;
  readonly signAs?: string;
}

/** What a shopper gives to say who they are, in the order in which it is signed. */
type Given =
  | { readonly type: 'payment.code'; readonly code: string }
  | { readonly type: 'payment.phone'; readonly phone: string; readonly pin: string };

/** What goes with any of it. */
interface SaidInClaim {
  readonly amountMinor?: bigint;
  readonly capture?: 'later';
  readonly paymentId?: string;
  readonly requestId?: string;
  readonly challenge?: string;
  readonly signAs?: string;
}

export interface TypedPhone extends SaidInClaim {
  readonly phone: string;
  readonly pin: string;
}

export interface ShownCode extends SaidInClaim {
  readonly code: string;
}

export interface AskedMove {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly requestId?: string;
  readonly signAs?: string;
}

/** A hub on a database and keys of its own, with real certificates and the engine above; nothing listens. */
export async function createTestHub(
  options: {
    readonly hubId?: string;
    readonly streetId?: string;
    readonly pki?: DevelopmentPki;
    readonly dir?: string;
    readonly analysing?: () => Promise<void>;
    readonly flushing?: (flush: () => Promise<void>) => Promise<void>;
    readonly env?: Record<string, string>;
    /** As in operation: where a hub is measured, or its disk is watched. Otherwise it refuses writes outside of transactions. */
    readonly unguarded?: boolean;
  } = {},
): Promise<TestHub> {
  const hubId = options.hubId ?? 'hub-test';
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'wuma-hub-'));
  const pki =
    options.pki ??
    (await createDevelopmentPki({
      dir: join(dir, 'pki'),
      hubs: ['hub-test', 'hub-other'],
      terminals: ['test-t1', 'test-t2'],
    }));
  const clock = new TestClock();
  const server = pki.hubs[hubId]?.server;
  writeFileSync(join(dir, 'nats.password'), 'unused');
  const templateKeyFile = join(dir, 'template.keys');
  keyRingFile(templateKeyFile, randomBytes);
  const settings = readSettings({
    HUB_ID: hubId,
    HUB_STREET_ID: options.streetId ?? 'street-test',
    HUB_STREET_NAME: 'Test Street',
    HUB_DATA_DIR: join(dir, hubId),
    HUB_HTTP_PORT: '0',
    HUB_MQTT_PORT: '0',
    HUB_TLS_CERT: server?.certPath,
    HUB_TLS_KEY: server?.keyPath,
    HUB_TLS_CA: pki.caPath,
    // the discard port: no nats-server is there
    HUB_NATS_URL: 'nats://127.0.0.1:9',
    HUB_NATS_USER: hubId,
    HUB_NATS_PASSWORD_FILE: join(dir, 'nats.password'),
    HUB_TEMPLATE_KEY_FILE: templateKeyFile,
    HUB_ADMIN_TOKEN_FILE: join(dir, `${hubId}.token`),
    HUB_INFERENCE_WORKERS: '1',
    // no central is there to grant anything
    HUB_SPENDING: 'billed',
    ...options.env,
  });
  const context = await createContext(settings, {
    clock,
    logger: pino({ level: 'silent' }),
    ...(options.flushing && { flushing: options.flushing }),
    vision: (_settings, pack) => nameVision(pack, options.analysing),
  });
  if (options.unguarded !== true) refuseLoneWrites(context.database);
  const certificates = (terminalId: string) => {
    const paths = pki.terminals[terminalId];
    if (!paths) throw new Error(`no certificate for ${terminalId}`);
    return paths;
  };
  /** A signed claim for a fresh challenge, unless the test brings its own. */
  const claimOf = (
    terminalId: string,
    { type, ...given }: Given,
    { requestId, signAs, capture, ...said }: SaidInClaim,
  ): Uint8Array => {
    const { paymentId = newId(), amountMinor = 1_250n } = said;
    const terms = { terminalId, paymentId, amountMinor, currency: 'CNY' } as const;
    const challenge = said.challenge ?? context.challenges.issue(terms).challenge;
    const data = { paymentId, amountMinor, currency: 'CNY', challenge, capture } as const;
    const key = deviceKeyFromPem(readFileSync(certificates(signAs ?? terminalId).keyPath, 'utf8'));
    const value = key.sign(claimSigningInput(terminalId, data, Object.values(given)));
    const signature = { format: 'ieee-p1363', value: Buffer.from(value).toString('base64') };
    const head = {
      id: requestId ?? newId(),
      type,
      version: 3,
      occurredAt: new Date(clock.now()).toISOString(),
      source: terminalId,
      data: { ...data, amountMinor: amountMinor.toString(), ...given, signature },
    };
    return joinPayload(head, []);
  };
  return {
    context,
    clock,
    pki,
    dir,
    embeddingOf: (person) =>
      context.protection.inForce(context.vision.engine).apply(embeddingOf(person)),
    register: (terminalId, depth = false) => {
      const registered = context.registry.registerByCertificate(
        {
          terminalId,
          shopId: `shop-${terminalId}`,
          shopName: `Shop ${terminalId}`,
          merchantId: `merchant-${terminalId}`,
        },
        readFileSync(certificates(terminalId).certPath, 'utf8'),
        { depth, infrared: false },
      );
      if (!registered.ok) throw new Error(registered.error);
    },
    probe: (terminalId, overrides = {}) => {
      const paymentId = overrides.paymentId ?? newId();
      const amountMinor = overrides.amountMinor ?? 1_250n;
      const terms = { terminalId, paymentId, amountMinor, currency: 'CNY' } as const;
      const takenAt = new Date(overrides.takenAtMs ?? clock.now()).toISOString();
      return encodeProbe(
        {
          ...terms,
          requestId: overrides.requestId ?? newId(),
          version: overrides.version ?? 1,
          occurredAtMs: clock.now(),
          capture: overrides.capture,
          items: overrides.items,
          challenge: overrides.challenge ?? context.challenges.issue(terms).challenge,
          frames: framesOf({ takenAt, colour: overrides.picture ?? pictureOf('li') }, overrides),
        },
        deviceKeyFromPem(
          readFileSync(certificates(overrides.signAs ?? terminalId).keyPath, 'utf8'),
        ),
      );
    },
    answer: (terminalId, { question, digits, requestId, signAs }) =>
      encodeAnswer(
        {
          requestId: requestId ?? newId(),
          occurredAtMs: clock.now(),
          terminalId,
          paymentId: question.paymentId,
          questionId: question.questionId,
          digits,
        },
        deviceKeyFromPem(readFileSync(certificates(signAs ?? terminalId).keyPath, 'utf8')),
      ),
    phone: (terminalId, { phone, pin, ...said }) =>
      claimOf(terminalId, { type: 'payment.phone', phone, pin }, said),
    code: (terminalId, { code, ...said }) =>
      claimOf(terminalId, { type: 'payment.code', code }, said),
    move: (terminalId, type, { paymentId, amountMinor, requestId, signAs }) => {
      const key = deviceKeyFromPem(
        readFileSync(certificates(signAs ?? terminalId).keyPath, 'utf8'),
      );
      const moveId = requestId ?? newId();
      const content = { moveId, type, paymentId, amountMinor, currency: 'CNY' } as const;
      return joinPayload(moveHead(content, { terminalId, occurredAtMs: clock.now(), key }), []);
    },
    close: async () => {
      context.forgetting.stop();
      await context.succession?.stop();
      await context.vision.index.close();
      context.database.close();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function framesOf(frame: ProbeFrame, { litFrames }: ProbeOverrides): ProbeFrame[] {
  if (litFrames === undefined) return [frame];
  return Array.from({ length: litFrames }, (_, lightStep) => ({ ...frame, lightStep }));
}
