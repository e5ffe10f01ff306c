import { join } from 'node:path';
import { z } from 'zod';
import { StackProcess } from './child-process.ts';
import { ROOT, serviceEnvironment } from './env.ts';

const readyLineSchema = z.object({
  ready: z.literal(true),
  httpPort: z.number().int(),
  mqttPort: z.number().int().optional(),
});
export type ReadyLine = z.infer<typeof readyLineSchema>;

/** Models are loaded and a database may be made; on a busy machine that takes its time. */
const READY_LIMIT_MS = 120_000;

/**
 * Starts one of our services and waits for its ready line on stdout.
 *
 * @param options.main its entry, from the root of the checkout
 * @param options.settings its environment variables
 * @throws ChildProcessFault with the end of its log
 */
export async function startService(options: {
  readonly name: string;
  readonly main: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** Gets the process before it is ready. */
  readonly onSpawned: (service: StackProcess) => void;
}): Promise<ReadyLine> {
  const child = new StackProcess({
    name: options.name,
    program: process.execPath,
    args: [join(ROOT, options.main)],
    env: serviceEnvironment(options.settings),
    logPath: options.logPath,
  });
  options.onSpawned(child);
  try {
    return await child.untilReady(
      (stdout) => Promise.resolve(findReadyLine(stdout)),
      READY_LIMIT_MS,
    );
  } catch (error) {
    await child.kill9();
    throw error;
  }
}

function findReadyLine(stdout: string): ReadyLine | undefined {
  const end = stdout.lastIndexOf('\n');
  for (const line of stdout.slice(0, end + 1).split('\n')) {
    if (!line.startsWith('{"ready"')) continue;
    return readyLineSchema.parse(JSON.parse(line));
  }
  return undefined;
}
