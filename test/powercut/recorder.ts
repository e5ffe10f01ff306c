import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../deploy/stack/env.ts';

const SOURCE = join(import.meta.dirname, 'recorder.c');
const FLAGS = ['-O2', '-std=c11', '-D_GNU_SOURCE', '-shared', '-fPIC'];
const LIBRARIES = ['-ldl', '-lpthread'];

/** Nothing can be recorded on this machine; the message says why and what would help. */
export class NoRecorderError extends Error {
  override readonly name = 'NoRecorderError';
}

/**
 * Builds the recorder, or finds it built: the source's hash is in its name.
 *
 * @returns the library's path
 * @throws NoRecorderError where there is no Linux with glibc, or no C compiler
 */
export async function buildRecorder(): Promise<string> {
  if (process.platform !== 'linux') {
    throw new NoRecorderError('the recorder of file writes is for Linux (docs/adr/0021)');
  }
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const folder = join(ROOT, '.wuma', 'native');
  const target = join(folder, `recorder-${process.arch}-${hash}.so`);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const draft = `${target}.${process.pid}`;
  try {
    await promisify(execFile)('cc', [...FLAGS, '-o', draft, SOURCE, ...LIBRARIES]);
  } catch (cause) {
    throw new NoRecorderError('the recorder needs a C compiler: apt-get install gcc libc6-dev', {
      cause,
    });
  }
  renameSync(draft, target);
  return target;
}

/** Environment of a process whose file writes below `root` are recorded. */
export function recordingEnvironment(options: {
  readonly recorder: string;
  readonly root: string;
  readonly log: string;
}): Record<string, string> {
  return {
    LD_PRELOAD: options.recorder,
    WUMA_RECORD_ROOT: options.root,
    WUMA_RECORD_LOG: options.log,
  };
}
