import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { PeerFiles, PeerReport, PeerTask } from './human-peer-process.ts';

/** The nearest open peer: face detection, mesh, descriptor and antispoofing in JavaScript. */
const PEER = { name: '@vladmandic/human', version: '3.3.6' } as const;
const TFJS_VERSION = '4.22.0';
const PACKAGES = [
  `${PEER.name}@${PEER.version}`,
  ...['core', 'converter', 'backend-wasm'].map(
    (part) => `@tensorflow/tfjs-${part}@${TFJS_VERSION}`,
  ),
];

const run = promisify(execFile);

export type PeerFigures =
  | (PeerReport & {
      readonly name: string;
      readonly version: string;
    })
  | { readonly name: string; readonly version: string; readonly unavailable: string };

/**
 * Times the peer on the same pictures, decoded beforehand, in a process of its own. Its packages are installed
 * from the npm registry when first asked for (about 300 MB), without running any of their scripts.
 *
 * @returns `unavailable` with the reason where it cannot be installed or run
 */
export async function measureHuman(options: {
  readonly peersDir: string;
  readonly pictures: readonly ProbeFrame[];
  readonly durationMs: number;
  readonly onProgress: (text: string) => void;
}): Promise<PeerFigures> {
  try {
    const dir = await installed(options.peersDir, options.onProgress);
    const { pictures, durationMs } = options;
    const jpegs = pictures.map(({ colour }) => Buffer.from(colour).toString('base64'));
    return { ...PEER, ...(await runPeer({ files: filesIn(dir), jpegs, durationMs })) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...PEER, unavailable: reason.split('\n').at(0) ?? '' };
  }
}

/** The folder that holds the peer's `node_modules`; filled in one step, so that a broken install is not used. */
async function installed(peersDir: string, onProgress: (text: string) => void): Promise<string> {
  const dir = resolve(peersDir, `human-${PEER.version}`);
  const there = await access(dir).then(
    () => true,
    () => false,
  );
  if (there) return dir;
  await mkdir(dirname(dir), { recursive: true });
  const scratch = await mkdtemp(`${dir}-`);
  try {
    onProgress(`installing ${PACKAGES.join(', ')}`);
    await writeFile(join(scratch, 'package.json'), '{"private":true}\n');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error'];
    await run('npm', ['install', ...quiet, ...PACKAGES], { cwd: scratch });
    await rename(scratch, dir);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
  return dir;
}

async function runPeer(task: PeerTask): Promise<PeerReport> {
  const child = fork(new URL('./human-peer-process.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the peer ended without figures');
  });
  child.send(task);
  try {
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [PeerReport];
    return report;
  } finally {
    child.kill();
    await ended.catch(() => undefined);
  }
}

/** Its `exports` do not name the WASM build: it is found by its path. */
function filesIn(dir: string): PeerFiles {
  const packages = join(dir, 'node_modules');
  const human = join(packages, '@vladmandic', 'human');
  return {
    entry: join(human, 'dist', 'human.node-wasm.js'),
    models: join(human, 'models'),
    wasm: join(packages, '@tensorflow', 'tfjs-backend-wasm', 'dist/'),
  };
}
