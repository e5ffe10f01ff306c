import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { INDEX_ENGINES } from '../models/index/index-settings.ts';
import { currencySchema, nameSchema } from '../shared/contracts/primitives.ts';
import { overwritesFreedMemory } from './erasure/freed-memory.ts';

/** An empty variable is not the number 0, and 1e3 is not what anybody means. */
const digits = z.string().regex(/^\d+$/).transform(Number);
const port = digits.pipe(z.int().max(65_535));
const upTo = (most: number) => digits.pipe(z.int().min(1).max(most));
const positive = upTo(Number.MAX_SAFE_INTEGER);
const path = z.string().min(1);
const minor = z
  .string()
  .regex(/^\d{1,13}$/)
  .transform((text) => BigInt(text));

/** A decimal or 1e-3; where it is a promise, neither nothing nor more than one in ten means anything. */
const share = z
  .string()
  .regex(/^(0?\.\d{1,9}|1e-[1-9])$/)
  .transform(Number)
  .pipe(z.number().min(1e-6).max(0.1));

/** Twice the time between two questions to central. */
const FRESH_MS = 10_000;

const envSchema = z.object({
  HUB_ID: nameSchema,
  HUB_STREET_ID: nameSchema,
  HUB_STREET_NAME: z.string().min(1).max(80),
  HUB_DATA_DIR: path,
  HUB_HTTP_PORT: port,
  HUB_HTTP_HOST: z.string().default('127.0.0.1'),
  HUB_MQTT_PORT: port,
  HUB_MQTT_HOST: z.string().default('127.0.0.1'),
  HUB_TLS_CERT: path,
  HUB_TLS_KEY: path,
  HUB_TLS_CA: path,
  /** One or several of the same cluster, with commas between. */
  HUB_NATS_URL: z.string().min(1),
  HUB_NATS_USER: z.string().min(1),
  HUB_NATS_PASSWORD_FILE: path,
  HUB_ADMIN_TOKEN_FILE: path,
  /** The city's template keys, handed out by the operator; without it the hub makes one that no other hub has. */
  HUB_TEMPLATE_KEY_FILE: path.optional(),
  /** Where central serves the page for shoppers' phones, `https://…/pay/`; without it no phone is paired at the enrolment. */
  HUB_PHONE_PAGE: z.url().optional(),
  MODEL_PACK: z.string().default('open'),
  /** The pack before, while people who were enrolled under it are brought to the present one (docs/templates.md). */
  HUB_FORMER_PACK: z.string().min(1).optional(),
  MODELS_DIR: path.default(join('.wuma', 'models')),
  HUB_WEB_DIR: path.default(join('.wuma', 'web')),
  /** What searches the gallery (docs/gallery-index.md). */
  HUB_INDEX: z.enum(INDEX_ENGINES).default('exact'),
  HUB_INFERENCE_WORKERS: upTo(256).optional(),
  /** Probes that may wait for recognition; one more hears `busy`. */
  HUB_QUEUE_CAPACITY: upTo(1_000).default(16),
  HUB_CURRENCY: currencySchema.default('CNY'),
  /** Whether terminals without depth light the face with their screens (docs/adr/0015-light-challenge.md). */
  HUB_LIGHT_CHALLENGE: z.enum(['on', 'off']).default('on'),
  /** Most that one payment by face may take, minor units: with depth, after a passed light challenge, and by colour alone. */
  HUB_LIMIT_MINOR: minor.default(50_000n),
  HUB_LIMIT_LIGHT_MINOR: minor.default(50_000n),
  HUB_LIMIT_COLOUR_MINOR: minor.default(20_000n),
  /** Above these the PIN is asked even of whom the face makes sure: everybody, and regulars of the shop. */
  HUB_PIN_ABOVE_MINOR: minor.default(20_000n),
  HUB_PIN_ABOVE_REGULARS_MINOR: minor.default(30_000n),
  HUB_MINORS_LIMIT_MINOR: minor.default(5_000n),
  /** How long an authorisation waits for its capture before it expires. */
  HUB_AUTHORISATION_MINUTES: upTo(30 * 24 * 60).default(60),
  /** How long after its capture a payment may be reversed, and refunded. Settlement must leave alone what is younger. */
  HUB_REVERSAL_MINUTES: upTo(24 * 60).default(120),
  HUB_REFUND_DAYS: upTo(730).default(90),
  /** Most of one refund, and of all refunds of one terminal in 24 hours, minor units. */
  HUB_REFUND_LIMIT_MINOR: minor.default(50_000n),
  HUB_REFUND_DAILY_LIMIT_MINOR: minor.default(200_000n),
  /**
   * `allowance`: shoppers spend what central has granted this hub, never more than they have (docs/reliability.md);
   * `billed`: whatever they pay for, they owe.
   */
  HUB_SPENDING: z.enum(['allowance', 'billed']).default('allowance'),
  /** What the hub likes to hold of each shopper's money; below half of it it asks for more. Minor units. */
  HUB_ALLOWANCE_TARGET_MINOR: minor.default(50_000n),
  /** While central is not heard: the most of one payment, of one shopper's payments in a row, and of these together. */
  HUB_OFFLINE_FLOOR_MINOR: minor.default(20_000n),
  HUB_OFFLINE_CONSECUTIVE: upTo(1_000_000).default(10),
  HUB_OFFLINE_CUMULATIVE_MINOR: minor.default(100_000n),
  /** An exception list older than this lets small payments through only, and after so long nothing is taken. */
  HUB_EXCEPTION_LIST_HOURS: upTo(24 * 30).default(24),
  HUB_OFFLINE_SMALL_MINOR: minor.default(5_000n),
  HUB_OFFLINE_HOURS: upTo(24 * 30).default(72),
  /** Share of payments of which central is told first although it need not be. */
  HUB_ONLINE_SHARE: share.default(0.005),
  /**
   * Share of strangers' looks that may be taken for somebody's: one in a thousand. Most looks are of people who
   * are enrolled, so fewer payments than that are at risk; lower costs straight-through (docs/recognition.md).
   */
  HUB_PROMISED_FPIR: share.default(1e-3),
  /** Messages of one terminal per second, and at once. */
  HUB_RATE_PER_SECOND: positive.default(20),
  HUB_RATE_BURST: positive.default(40),
  /** Where the hub's stream is: at its own nats-server, or at central's (docs/nats.md). */
  HUB_STREAM_AT: z.enum(['hub', 'central']).default('hub'),
  HUB_STREAM_MAX_BYTES: positive.default(256 * 1024 * 1024),
  HUB_STREAM_MAX_AGE_HOURS: positive.default(30 * 24),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

/** The environment is not one that a hub can run in; the message lists everything that is wrong. */
export class BadEnvironmentError extends Error {
  override readonly name = 'BadEnvironmentError';
}

export type HubSettings = ReturnType<typeof readSettings>;

/** Reads the hub's settings. @throws BadEnvironmentError */
export function readSettings(environment: NodeJS.ProcessEnv = process.env) {
  const parsed = envSchema.safeParse(environment);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new BadEnvironmentError(`the environment is not complete:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    street: {
      hubId: env.HUB_ID,
      streetId: env.HUB_STREET_ID,
      streetName: env.HUB_STREET_NAME,
    },
    dataDir: env.HUB_DATA_DIR,
    /** Whether the allocator does; see `erasure/freed-memory.ts`. */
    overwritesFreedMemory: overwritesFreedMemory(environment),
    http: { port: env.HUB_HTTP_PORT, host: env.HUB_HTTP_HOST, webDir: env.HUB_WEB_DIR },
    mqtt: { port: env.HUB_MQTT_PORT, host: env.HUB_MQTT_HOST },
    tls: { certPath: env.HUB_TLS_CERT, keyPath: env.HUB_TLS_KEY, caPath: env.HUB_TLS_CA },
    nats: {
      url: env.HUB_NATS_URL,
      user: env.HUB_NATS_USER,
      passwordFile: env.HUB_NATS_PASSWORD_FILE,
    },
    stream: {
      at: env.HUB_STREAM_AT,
      maxBytes: env.HUB_STREAM_MAX_BYTES,
      maxAgeMs: env.HUB_STREAM_MAX_AGE_HOURS * 3_600_000,
    },
    adminTokenFile: env.HUB_ADMIN_TOKEN_FILE,
    templateKeyFile: env.HUB_TEMPLATE_KEY_FILE,
    phonePage: env.HUB_PHONE_PAGE,
    models: { pack: env.MODEL_PACK, formerPack: env.HUB_FORMER_PACK, dir: env.MODELS_DIR },
    index: env.HUB_INDEX,
    inferenceWorkers: env.HUB_INFERENCE_WORKERS ?? availableParallelism(),
    queueCapacity: env.HUB_QUEUE_CAPACITY,
    payment: {
      currency: env.HUB_CURRENCY,
      amounts: {
        withDepthMinor: env.HUB_LIMIT_MINOR,
        withLightMinor: env.HUB_LIMIT_LIGHT_MINOR,
        colourOnlyMinor: env.HUB_LIMIT_COLOUR_MINOR,
        pinAboveMinor: env.HUB_PIN_ABOVE_MINOR,
        pinAboveForRegularsMinor: env.HUB_PIN_ABOVE_REGULARS_MINOR,
        minorsLimitMinor: env.HUB_MINORS_LIMIT_MINOR,
      },
      moves: {
        authorisationMs: env.HUB_AUTHORISATION_MINUTES * 60_000,
        reversalMs: env.HUB_REVERSAL_MINUTES * 60_000,
        refundMs: env.HUB_REFUND_DAYS * 86_400_000,
        refundLimitMinor: env.HUB_REFUND_LIMIT_MINOR,
        refundDailyLimitMinor: env.HUB_REFUND_DAILY_LIMIT_MINOR,
      },
    },
    spending: spendingOf(env),
    lightChallenge: env.HUB_LIGHT_CHALLENGE === 'on',
    promisedFpir: env.HUB_PROMISED_FPIR,
    rate: { perSecond: env.HUB_RATE_PER_SECOND, burst: env.HUB_RATE_BURST },
    logLevel: env.LOG_LEVEL,
  } as const;
}

function spendingOf(env: z.output<typeof envSchema>) {
  return {
    mode: env.HUB_SPENDING,
    targetMinor: env.HUB_ALLOWANCE_TARGET_MINOR,
    offline: {
      freshMs: FRESH_MS,
      floorLimitMinor: env.HUB_OFFLINE_FLOOR_MINOR,
      staleFloorLimitMinor: env.HUB_OFFLINE_SMALL_MINOR,
      maxListAgeMs: env.HUB_EXCEPTION_LIST_HOURS * 3_600_000,
      lowerConsecutive: Math.ceil(env.HUB_OFFLINE_CONSECUTIVE / 2),
      lowerCumulativeMinor: env.HUB_OFFLINE_CUMULATIVE_MINOR / 2n,
      upperConsecutive: env.HUB_OFFLINE_CONSECUTIVE,
      upperCumulativeMinor: env.HUB_OFFLINE_CUMULATIVE_MINOR,
      onlineShare: env.HUB_ONLINE_SHARE,
      maxOfflineMs: env.HUB_OFFLINE_HOURS * 3_600_000,
    },
  } as const;
}
