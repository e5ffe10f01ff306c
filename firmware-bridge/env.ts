import { z } from 'zod';
import { nameSchema } from '../shared/contracts/primitives.ts';
import { BURST_FRAMES, MAX_FRAMES } from '../shared/contracts/terminal-frames.ts';

const envSchema = z.object({
  TERMINAL_ID: nameSchema,
  HUB_MQTT_URL: z.url({ protocol: /^mqtts$/ }),
  TERMINAL_TLS_CERT: z.string().min(1),
  TERMINAL_TLS_KEY: z.string().min(1),
  TERMINAL_TLS_CA: z.string().min(1),
  TERMINAL_DATA_DIR: z.string().min(1),
  TERMINAL_PICTURES_DIR: z.string().min(1),
  TERMINAL_DEPTH: z.enum(['yes', 'no']).default('yes'),
  TERMINAL_FRAMES: z.coerce.number().int().min(1).max(MAX_FRAMES).default(BURST_FRAMES),
  TERMINAL_SEED: z.string().min(1).default('1'),
  MODELS_DIR: z.string().min(1).default('.wuma/models'),
  MODEL_PACK: z.string().min(1).default('open'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface TerminalSettings {
  readonly terminalId: string;
  readonly hubUrl: string;
  /** Paths of PEM files. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly dataDir: string;
  readonly camera: {
    readonly picturesDir: string;
    readonly depth: boolean;
    /** Frames of a burst. */
    readonly frames: number;
    readonly seed: string;
  };
  readonly models: { readonly dir: string; readonly pack: string };
  readonly logLevel: string;
}

/** The environment does not make sense; every problem is in the message. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Reads the terminal's settings.
 *
 * @throws EnvironmentError that names every variable which is wrong
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): TerminalSettings {
  const parsed = envSchema.safeParse(source);
  if (!parsed.success) throw new EnvironmentError(z.prettifyError(parsed.error));
  const env = parsed.data;
  return {
    terminalId: env.TERMINAL_ID,
    hubUrl: env.HUB_MQTT_URL,
    tls: { cert: env.TERMINAL_TLS_CERT, key: env.TERMINAL_TLS_KEY, ca: env.TERMINAL_TLS_CA },
    dataDir: env.TERMINAL_DATA_DIR,
    camera: {
      picturesDir: env.TERMINAL_PICTURES_DIR,
      depth: env.TERMINAL_DEPTH === 'yes',
      frames: env.TERMINAL_FRAMES,
      seed: env.TERMINAL_SEED,
    },
    models: { dir: env.MODELS_DIR, pack: env.MODEL_PACK },
    logLevel: env.LOG_LEVEL,
  };
}
