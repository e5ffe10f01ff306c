// oxlint-disable-next-line import/no-unassigned-import
import '../shared/kernel/quick-imports.ts';
import { stopOnSignal } from '../shared/kernel/lifecycle.ts';
import { BadEnvironmentError, readSettings } from './env.ts';
import { warnOfFreedMemory } from './erasure/freed-memory.ts';

const STOP_LIMIT_MS = 5_000;

try {
  const settings = readSettings();
  const { createContext } = await import('./context.ts');
  const { startHub } = await import('./edge-hub.ts');
  const context = await createContext(settings);
  if (!settings.overwritesFreedMemory) warnOfFreedMemory(context.logger);
  const hub = await startHub(context);
  stopOnSignal(() => hub.stop(), STOP_LIMIT_MS);
  const { httpPort, mqttPort } = hub;
  process.stdout.write(`${JSON.stringify({ ready: true, httpPort, mqttPort })}\n`);
} catch (error) {
  const text = error instanceof BadEnvironmentError ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
