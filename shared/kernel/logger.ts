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

/** What waits for a disk or a reader that does not take it, bytes; above it new lines are dropped and counted. */
const WAITING_LIMIT_BYTES = 1024 * 1024;

/**
 * The service's root logger: JSON lines on stderr, stdout stays free for machine-read output. A full disk or a reader
 * that is gone takes its lines, never its process: they wait, and above 1 MiB are dropped and counted.
 */
export function createLogger(options: {
  readonly service: string;
  readonly level: string;
}): Logger {
  const stream = destination({
    dest: 2,
    sync: false,
    maxLength: WAITING_LIMIT_BYTES,
    // each line is written at once; with 0 `flush` does nothing
    minLength: 1,
  });
  const logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), remove: true },
    },
    stream,
  );
  outliveFaults(stream, (lines) => logger.warn({ lines }, 'log lines were dropped'));
  return logger;
}

function outliveFaults(
  stream: ReturnType<typeof destination>,
  tellDropped: (lines: number) => void,
): void {
  let fails = false;
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
    stream.flush();
  });
  // without a listener the process would end
  stream.on('error', () => {
    fails = true;
  });
  stream.on('write', () => {
    fails = false;
    const lines = dropped;
    dropped = 0;
    if (lines > 0) tellDropped(lines);
  });
  const flushSync = stream.flushSync.bind(stream);
  // at the process's end it would try again and again, for ever, what the disk does not take (sonic-boom 4.2)
  stream.flushSync = () => {
    if (!fails) flushSync();
  };
}
