import { z } from 'zod';
import { nameSchema } from '../shared/contracts/primitives.ts';

const portSchema = z.coerce.number().int().min(0).max(65_535);

const envSchema = z.object({
  /** Unset: a PostgreSQL of our own in CENTRAL_DATA_DIR/pg. */
  DATABASE_URL: z.string().min(1).optional(),
  CENTRAL_DATA_DIR: z.string().min(1).default('.wuma/central'),
  CENTRAL_PG_PORT: portSchema.default(0),
  CENTRAL_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  CENTRAL_HTTP_PORT: portSchema.default(7400),
  CENTRAL_NATS_URL: z.string().min(1).default('nats://127.0.0.1:7401'),
  CENTRAL_NATS_USER: z.string().min(1).optional(),
  CENTRAL_NATS_PASSWORD_FILE: z.string().min(1).optional(),
  CENTRAL_HUBS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .pipe(z.array(nameSchema).min(1).max(1_000)),
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

export interface CentralSettings {
  readonly database: { readonly url: string | undefined; readonly port: number };
  readonly dataDir: string;
  readonly http: { readonly host: string; readonly port: number; readonly webDir: string };
  readonly nats: {
    readonly url: string;
    readonly user: string | undefined;
    readonly passwordFile: string | undefined;
  };
  readonly hubs: readonly string[];
  readonly caFile: string;
  readonly adminTokenFile: string;
  /** Undefined where it is switched off. */
  readonly insight: InsightSettings | undefined;
  /** UTC. */
  readonly reconcileAt: { readonly hour: number; readonly minute: number };
  /** Undefined: no bank is set, and nobody is paid out. */
  readonly settlement: SettlementSettings | undefined;
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
    nats: {
      url: env.CENTRAL_NATS_URL,
      user: env.CENTRAL_NATS_USER,
      passwordFile: env.CENTRAL_NATS_PASSWORD_FILE,
    },
    hubs: [...new Set(env.CENTRAL_HUBS)],
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
    settlement: settlementOf(env),
    logLevel: env.LOG_LEVEL,
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

/** @throws EnvironmentError where only some of what a bank needs is set */
function settlementOf(env: z.infer<typeof envSchema>): SettlementSettings | undefined {
  const { CENTRAL_BANK_DIR, CENTRAL_BANK_HOLDER, CENTRAL_BANK_ACCOUNT, CENTRAL_BANK_CODE } = env;
  const given = { CENTRAL_BANK_DIR, CENTRAL_BANK_HOLDER, CENTRAL_BANK_ACCOUNT, CENTRAL_BANK_CODE };
  if (Object.values(given).every((value) => value === undefined)) return undefined;
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  if (missing.length > 0) {
    throw new EnvironmentError(`a bank needs ${missing.map(([name]) => name).join(', ')} as well`);
  }
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
