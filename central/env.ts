import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { currencySchema, nameSchema } from '../shared/contracts/primitives.ts';
import type { Currency } from '../shared/domain/money.ts';
import type { AlipaySettings } from './funding/alipay-funding.ts';

const minorSchema = z
  .string()
  .regex(/^\d{1,13}$/)
  .transform((text) => BigInt(text));
const portSchema = z.coerce.number().int().min(0).max(65_535);

const SAFE_URL = 'an https address, or http of this machine';

const envSchema = z.object({
  /** Unset: a PostgreSQL of our own in CENTRAL_DATA_DIR/pg. */
  DATABASE_URL: z.string().min(1).optional(),
  CENTRAL_DATA_DIR: z.string().min(1).default('.wuma/central'),
  CENTRAL_PG_PORT: portSchema.default(0),
  CENTRAL_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  CENTRAL_HTTP_PORT: portSchema.default(7400),
  /** One or several of the same cluster, with commas between. */
  CENTRAL_NATS_URL: z.string().min(1).default('nats://127.0.0.1:7401'),
  CENTRAL_NATS_USER: z.string().min(1).optional(),
  CENTRAL_NATS_PASSWORD_FILE: z.string().min(1).optional(),
  /** Files of the CA, and of central's certificate and key, where nats-servers ask for one. */
  CENTRAL_NATS_TLS_CA: z.string().min(1).optional(),
  CENTRAL_NATS_TLS_CERT: z.string().min(1).optional(),
  CENTRAL_NATS_TLS_KEY: z.string().min(1).optional(),
  /** Where hubs' streams are: at each hub's nats-server, or here, in so many copies and of so many bytes each (docs/nats.md). */
  CENTRAL_STREAMS_AT: z.enum(['hub', 'central']).default('hub'),
  CENTRAL_STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(3),
  CENTRAL_STREAM_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(256 * 1024 * 1024),
  CENTRAL_STREAM_MAX_AGE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30 * 24),
  CENTRAL_HUBS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .pipe(z.array(nameSchema).min(1).max(1_000)),
  /** So long a hub stays with a central that has stopped without ending; then another one takes it over. */
  CENTRAL_LEASE_SECONDS: z.coerce.number().min(1).max(600).default(10),
  CENTRAL_TLS_CA: z.string().min(1),
  CENTRAL_ADMIN_TOKEN_FILE: z.string().min(1).optional(),
  /** When the books are walked every day, UTC; 19:30 is half past three at night in Wenzhou. */
  CENTRAL_RECONCILE_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('19:30'),
  /** Whether the lake is filled and its questions are answered. */
  CENTRAL_INSIGHT: z.enum(['on', 'off']).default('on'),
  CENTRAL_LAKE_DIR: z.string().min(1).optional(),
  CENTRAL_CITY: nameSchema.default('wenzhou'),
  /** By which days and hours are counted. */
  CENTRAL_TIME_ZONE: z
    .string()
    .refine((zone) => isTimeZone(zone), 'not a time zone')
    .default('Asia/Shanghai'),
  /** After so many days all pseudonyms in the lake are made anew. */
  CENTRAL_PSEUDONYM_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  /** The OpenID Connect provider of staff; unset: only the operator's token is known. */
  CENTRAL_OIDC_ISSUER: z
    .string()
    .refine((url) => isSafeUrl(url), SAFE_URL)
    .optional(),
  CENTRAL_OIDC_CLIENT_ID: z.string().min(1).optional(),
  CENTRAL_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  CENTRAL_OIDC_SCOPE: z.string().min(1).default('openid'),
  /** The claim that says `administrator` or `analyst`. */
  CENTRAL_OIDC_ROLE_CLAIM: z.string().min(1).default('wuma_role'),
  /** How browsers reach central, without a path. */
  CENTRAL_PUBLIC_URL: z
    .string()
    .refine((url) => isSafeUrl(url), SAFE_URL)
    .optional(),
  /** Folders of the bank's host-to-host client; unset: nobody is paid out. */
  CENTRAL_BANK_DIR: z.string().min(1).optional(),
  CENTRAL_BANK_HOLDER: z.string().min(1).max(70).optional(),
  CENTRAL_BANK_ACCOUNT: z
    .string()
    .regex(/^[0-9A-Za-z]{5,34}$/)
    .optional(),
  CENTRAL_BANK_CODE: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  CENTRAL_BANK_EVERY_S: z.coerce.number().int().min(1).max(3_600).default(10),
  /** China's time from which the day before is settled, on business days. */
  CENTRAL_SETTLE_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('03:30'),
  /** Not less than any hub's HUB_REVERSAL_MINUTES. */
  CENTRAL_REVERSAL_MINUTES: z.coerce.number().int().min(0).max(10_080).default(120),
  /** Bank holidays besides those that are published: days, comma-separated. */
  CENTRAL_BANK_HOLIDAYS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((day) => day.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.iso.date()).max(1_000)),
  /** The city's app at Alipay; unset: nobody pays in from there. */
  CENTRAL_ALIPAY_APP_ID: z
    .string()
    .regex(/^\d{16,32}$/)
    .optional(),
  /** Files: the app's RSA key (PEM), and Alipay's public key (PEM, or the base64 that its console shows). */
  CENTRAL_ALIPAY_KEY_FILE: z.string().min(1).optional(),
  CENTRAL_ALIPAY_PUBLIC_KEY_FILE: z.string().min(1).optional(),
  CENTRAL_ALIPAY_GATEWAY: z
    .string()
    .refine((url) => isSafeUrl(url), SAFE_URL)
    .default('https://openapi.alipay.com/gateway.do'),
  CENTRAL_ALIPAY_TIMEOUT_S: z.coerce.number().int().min(1).max(60).default(10),
  CENTRAL_CURRENCY: currencySchema.default('CNY'),
  /** What every shopper may spend before anything is paid in, minor units. */
  CENTRAL_SPENDING_LIMIT_MINOR: minorSchema.default(200_000n),
  CENTRAL_WEB_DIR: z.string().min(1).default('.wuma/web'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** The lake and what is asked of it. */
export interface InsightSettings {
  readonly lakeDir: string;
  /** Where the keys of pseudonyms lie: not in the lake. */
  readonly keysDir: string;
  readonly city: string;
  readonly timeZone: string;
  readonly pseudonymDays: number;
}

/** Where staff sign in. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly roleClaim: string;
  /** Without a path or a slash at the end. */
  readonly publicUrl: string;
}

/** How merchants are paid. */
export interface SettlementSettings {
  readonly bankDir: string;
  readonly debtor: { readonly holder: string; readonly number: string; readonly bankCode: string };
  readonly bankEveryMs: number;
  /** China's time. */
  readonly at: { readonly hour: number; readonly minute: number };
  readonly reversalMinutes: number;
  readonly holidays: readonly string[];
}

/** How central gets at its nats-servers. */
export interface NatsSettings {
  /** With commas between. */
  readonly url: string;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** Paths of PEM files; undefined without TLS. */
  readonly tls?: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
}

/** Where hubs' streams are; those at central are made by it. */
export type StreamSettings =
  | { readonly at: 'hub' }
  | {
      readonly at: 'central';
      readonly replicas: number;
      readonly maxBytes: number;
      readonly maxAgeMs: number;
    };

export interface CentralSettings {
  readonly database: { readonly url: string | undefined; readonly port: number };
  readonly dataDir: string;
  readonly http: { readonly host: string; readonly port: number; readonly webDir: string };
  readonly nats: NatsSettings;
  readonly streams: StreamSettings;
  readonly hubs: readonly string[];
  readonly intakeLeaseMs: number;
  readonly caFile: string;
  readonly adminTokenFile: string;
  /** Undefined where it is switched off. */
  readonly insight: InsightSettings | undefined;
  /** UTC. */
  readonly reconcileAt: { readonly hour: number; readonly minute: number };
  /** Undefined: no provider is set. */
  readonly signIn: SignInSettings | undefined;
  /** Undefined: no bank is set, and nobody is paid out. */
  readonly settlement: SettlementSettings | undefined;
  /** Undefined: nobody pays in from Alipay. */
  readonly alipay: AlipaySettings | undefined;
  readonly wallets: { readonly currency: Currency; readonly limitMinor: bigint };
  readonly logLevel: string;
}

/** The environment does not make sense; every problem is in the message. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Reads central's settings.
 *
 * @throws EnvironmentError that names every variable which is wrong
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): CentralSettings {
  const parsed = envSchema.safeParse(source);
  if (!parsed.success) throw new EnvironmentError(z.prettifyError(parsed.error));
  const env = parsed.data;
  return {
    database: { url: env.DATABASE_URL, port: env.CENTRAL_PG_PORT },
    dataDir: env.CENTRAL_DATA_DIR,
    http: {
      host: env.CENTRAL_HTTP_HOST,
      port: env.CENTRAL_HTTP_PORT,
      webDir: env.CENTRAL_WEB_DIR,
    },
    nats: natsOf(env),
    streams: streamsOf(env),
    hubs: [...new Set(env.CENTRAL_HUBS)],
    intakeLeaseMs: env.CENTRAL_LEASE_SECONDS * 1_000,
    caFile: env.CENTRAL_TLS_CA,
    adminTokenFile: env.CENTRAL_ADMIN_TOKEN_FILE ?? `${env.CENTRAL_DATA_DIR}/admin-token`,
    insight:
      env.CENTRAL_INSIGHT === 'off'
        ? undefined
        : {
            lakeDir: env.CENTRAL_LAKE_DIR ?? `${env.CENTRAL_DATA_DIR}/lake`,
            keysDir: `${env.CENTRAL_DATA_DIR}/keys`,
            city: env.CENTRAL_CITY,
            timeZone: env.CENTRAL_TIME_ZONE,
            pseudonymDays: env.CENTRAL_PSEUDONYM_DAYS,
          },
    reconcileAt: timeOf(env.CENTRAL_RECONCILE_AT),
    signIn: signInOf(env),
    settlement: settlementOf(env),
    alipay: alipayOf(env),
    wallets: { currency: env.CENTRAL_CURRENCY, limitMinor: env.CENTRAL_SPENDING_LIMIT_MINOR },
    logLevel: env.LOG_LEVEL,
  };
}

function natsOf(env: z.output<typeof envSchema>): NatsSettings {
  const {
    CENTRAL_NATS_TLS_CA: caFile,
    CENTRAL_NATS_TLS_CERT: certFile,
    CENTRAL_NATS_TLS_KEY: keyFile,
  } = env;
  return {
    url: env.CENTRAL_NATS_URL,
    user: env.CENTRAL_NATS_USER,
    passwordFile: env.CENTRAL_NATS_PASSWORD_FILE,
    ...(caFile !== undefined &&
      certFile !== undefined &&
      keyFile !== undefined && { tls: { caFile, certFile, keyFile } }),
  };
}

function streamsOf(env: z.output<typeof envSchema>): StreamSettings {
  if (env.CENTRAL_STREAMS_AT === 'hub') return { at: 'hub' };
  return {
    at: 'central',
    replicas: env.CENTRAL_STREAM_REPLICAS,
    maxBytes: env.CENTRAL_STREAM_MAX_BYTES,
    maxAgeMs: env.CENTRAL_STREAM_MAX_AGE_HOURS * 3_600_000,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function timeOf(text: string): { readonly hour: number; readonly minute: number } {
  return { hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) };
}

function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url) return false;
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
}

/** @throws EnvironmentError where only some of what sign-in needs is set, or the secret cannot be read */
function signInOf(env: z.infer<typeof envSchema>): SignInSettings | undefined {
  const { CENTRAL_OIDC_ISSUER, CENTRAL_OIDC_CLIENT_ID, CENTRAL_OIDC_CLIENT_SECRET_FILE } = env;
  const { CENTRAL_PUBLIC_URL } = env;
  const given = {
    CENTRAL_OIDC_ISSUER,
    CENTRAL_OIDC_CLIENT_ID,
    CENTRAL_OIDC_CLIENT_SECRET_FILE,
    CENTRAL_PUBLIC_URL,
  };
  if (!isAllOrNone('sign-in', given)) return undefined;
  return {
    issuer: CENTRAL_OIDC_ISSUER ?? '',
    clientId: CENTRAL_OIDC_CLIENT_ID ?? '',
    clientSecret: textOf('CENTRAL_OIDC_CLIENT_SECRET_FILE', CENTRAL_OIDC_CLIENT_SECRET_FILE ?? ''),
    scope: env.CENTRAL_OIDC_SCOPE,
    roleClaim: env.CENTRAL_OIDC_ROLE_CLAIM,
    publicUrl: new URL(CENTRAL_PUBLIC_URL ?? '').origin,
  };
}

function textOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new EnvironmentError(`${variable} cannot be read`);
  }
}

/** @throws EnvironmentError where only some of the variables that belong together are set */
function isAllOrNone(what: string, given: Readonly<Record<string, string | undefined>>): boolean {
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  if (missing.length === 0) return true;
  if (missing.length === Object.keys(given).length) return false;
  throw new EnvironmentError(`${what} needs ${missing.map(([name]) => name).join(', ')} as well`);
}

/** @throws EnvironmentError where only some of what a bank needs is set */
function settlementOf(env: z.infer<typeof envSchema>): SettlementSettings | undefined {
  const { CENTRAL_BANK_DIR, CENTRAL_BANK_HOLDER, CENTRAL_BANK_ACCOUNT, CENTRAL_BANK_CODE } = env;
  const given = { CENTRAL_BANK_DIR, CENTRAL_BANK_HOLDER, CENTRAL_BANK_ACCOUNT, CENTRAL_BANK_CODE };
  if (!isAllOrNone('a bank', given)) return undefined;
  return {
    bankDir: CENTRAL_BANK_DIR ?? '',
    debtor: {
      holder: CENTRAL_BANK_HOLDER ?? '',
      number: CENTRAL_BANK_ACCOUNT ?? '',
      bankCode: CENTRAL_BANK_CODE ?? '',
    },
    bankEveryMs: env.CENTRAL_BANK_EVERY_S * 1_000,
    at: timeOf(env.CENTRAL_SETTLE_AT),
    reversalMinutes: env.CENTRAL_REVERSAL_MINUTES,
    holidays: env.CENTRAL_BANK_HOLIDAYS,
  };
}

/** @throws EnvironmentError where only some of what Alipay needs is set, or a key is none that RSA2 takes */
function alipayOf(env: z.infer<typeof envSchema>): AlipaySettings | undefined {
  const { CENTRAL_ALIPAY_APP_ID, CENTRAL_ALIPAY_KEY_FILE, CENTRAL_ALIPAY_PUBLIC_KEY_FILE } = env;
  const given = { CENTRAL_ALIPAY_APP_ID, CENTRAL_ALIPAY_KEY_FILE, CENTRAL_ALIPAY_PUBLIC_KEY_FILE };
  if (!isAllOrNone('Alipay', given)) return undefined;
  return {
    appId: CENTRAL_ALIPAY_APP_ID ?? '',
    privateKey: rsaKey('CENTRAL_ALIPAY_KEY_FILE', CENTRAL_ALIPAY_KEY_FILE ?? ''),
    alipayPublicKey: rsaKey('CENTRAL_ALIPAY_PUBLIC_KEY_FILE', CENTRAL_ALIPAY_PUBLIC_KEY_FILE ?? ''),
    gateway: env.CENTRAL_ALIPAY_GATEWAY,
    timeoutMs: env.CENTRAL_ALIPAY_TIMEOUT_S * 1_000,
  };
}

const LEAST_RSA_BITS = 2_048;

/** @returns PEM: PKCS#1 of a private key, SPKI of a public one */
function rsaKey(
  variable: 'CENTRAL_ALIPAY_KEY_FILE' | 'CENTRAL_ALIPAY_PUBLIC_KEY_FILE',
  file: string,
): string {
  const isPrivate = variable === 'CENTRAL_ALIPAY_KEY_FILE';
  const text = textOf(variable, file);
  const pem = text.startsWith('-----')
    ? text
    : `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`;
  try {
    const key = isPrivate ? createPrivateKey(pem) : createPublicKey(pem);
    if ((key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS) {
      return key.export({ type: isPrivate ? 'pkcs1' : 'spki', format: 'pem' }).toString();
    }
  } catch {
    // what a parser says of a key may quote it
  }
  throw new EnvironmentError(`${variable} is no RSA key of ${LEAST_RSA_BITS} bits or more`);
}
