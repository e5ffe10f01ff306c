// oxlint-disable-next-line import/no-unassigned-import
import '../shared/kernel/quick-imports.ts';
import { stopOnSignal } from '../shared/kernel/lifecycle.ts';
import { createLogger } from '../shared/kernel/logger.ts';
import { EnvironmentError, readEnv } from './env.ts';

const STOP_LIMIT_MS = 9_500;

try {
  const settings = readEnv();
  const logger = createLogger({ service: 'central', level: settings.logLevel });
  const { Central } = await import('./central.ts');
  const central = new Central({ settings, logger });
  stopOnSignal(() => central.stop(), STOP_LIMIT_MS);
  const { httpPort } = await central.start();
  process.stdout.write(`${JSON.stringify({ ready: true, httpPort })}\n`);
} catch (error) {
  const isEnvironment = error instanceof EnvironmentError;
  const text = error instanceof Error ? (isEnvironment ? error.message : error.stack) : undefined;
  process.stderr.write(`central cannot start: ${text ?? 'unknown'}\n`);
  process.exit(isEnvironment ? 2 : 1);
}
