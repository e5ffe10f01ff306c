import { destination, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

/** Whatever could name a person, show a face or open a door is cut out before a line is written. */
const REDACTED = [
  'embedding',
  'template',
  'image',
  'colour',
  'depth',
  'score',
  'shopperId',
  'phone',
  'phoneLast4',
  'pin',
  'answer',
  'token',
  'password',
  'authorization',
  'signature',
];

/** The service's root logger: JSON lines on stderr, stdout stays free for machine-read output. */
export function createLogger(options: {
  readonly service: string;
  readonly level: string;
}): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), remove: true },
    },
    destination({ dest: 2, sync: false }),
  );
}
