import { createInterface } from 'node:readline';
import { stopOnSignal } from '../shared/kernel/lifecycle.ts';
import { createLogger } from '../shared/kernel/logger.ts';
import { createTerminal } from './context.ts';
import { EnvironmentError, readEnv } from './env.ts';

const STOP_LIMIT_MS = 4_500;
const print = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`);

try {
  const settings = readEnv();
  const logger = createLogger({ service: settings.terminalId, level: settings.logLevel });
  const abort = new AbortController();
  let stop = async (): Promise<void> => abort.abort();
  stopOnSignal(() => stop(), STOP_LIMIT_MS);
  const { bridge, lifecycle } = await createTerminal(settings, logger, abort.signal);
  stop = () => lifecycle.stop();
  print({ ready: true, terminalId: settings.terminalId });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') void bridge.run(line).then(print);
  }
} catch (error) {
  const isEnvironment = error instanceof EnvironmentError;
  const text = error instanceof Error ? (isEnvironment ? error.message : error.stack) : undefined;
  process.stderr.write(`the terminal cannot start: ${text ?? 'unknown'}\n`);
  process.exit(isEnvironment ? 2 : 1);
}
