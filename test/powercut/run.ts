import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer, startNatsServer } from '../../deploy/nats/nats-server.ts';
import { ROOT } from '../../deploy/stack/env.ts';
import { freePorts } from '../../deploy/stack/free-ports.ts';
import { present } from '../../shared/kernel/assert.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { checkImage } from './check-image.ts';
import { addDamage, type Damage, isDamaged, noDamage } from './damage.ts';
import { CUT_KINDS, type CutKind, RecordedDisk } from './disk.ts';
import { LOAD_HUB, loadPki } from './hub-dir.ts';
import { MARKS_FILE, type Mark, markSchema } from './mark.ts';
import { buildRecorder, recordingEnvironment } from './recorder.ts';
import { type Operation, readRecording } from './recording.ts';

export interface PowercutOptions {
  readonly seed: number;
  readonly cuts: number;
  readonly payments: number;
  /** A fault on purpose, to see that it is found: no flush reaches the disk. */
  readonly planted: 'no-flush' | undefined;
  readonly progress: (text: string) => void;
}

export interface PowercutResult extends Damage {
  readonly cuts: number;
  readonly kinds: Record<CutKind, number>;
  /** Of the load that was recorded. */
  readonly acknowledged: number;
  readonly writes: number;
  readonly flushes: number;
  readonly bytes: number;
  /** The first damaged cuts, to be looked at. */
  readonly examples: readonly {
    readonly at: number;
    readonly kind: CutKind;
    readonly found: string;
  }[];
}

const MAX_EXAMPLES = 10;

/**
 * Records a hub's writes and flushes under load, and plays power cuts on the recording.
 *
 * @throws NoRecorderError where nothing can be recorded
 */
export async function runPowercuts(options: PowercutOptions): Promise<PowercutResult> {
  const dir = mkdtempSync(join(tmpdir(), 'wuma-powercut-'));
  try {
    const operations = await record(dir, options);
    options.progress(`${operations.length} operations recorded`);
    return await playCuts(dir, operations, options);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function record(dir: string, options: PowercutOptions): Promise<Operation[]> {
  const recorder = await buildRecorder();
  const load = join(dir, 'load');
  await loadPki(load);
  mkdirSync(join(load, LOAD_HUB), { recursive: true });
  const log = join(dir, 'recording');
  const nats = await startStreamServer(dir);
  try {
    options.progress(`recording ${options.payments} payments`);
    const program = join(ROOT, 'test', 'powercut', 'load-main.ts');
    const { payments, seed, planted } = options;
    const args = [program, load, nats.url, String(payments), String(seed), planted ?? ''];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        ...recordingEnvironment({ recorder, root: join(load, LOAD_HUB), log }),
      },
    });
    const exit: unknown[] = await once(child, 'exit');
    if (exit[0] !== 0) throw new Error(`the hub under load ended with ${String(exit[0])}`);
  } finally {
    await nats.stop();
  }
  return readRecording(log);
}

/** A server with nothing but JetStream: which subjects may be used is tested elsewhere. */
async function startStreamServer(dir: string) {
  const port = present((await freePorts(1))[0], 'a port');
  const server = await startNatsServer({
    name: 'powercut-nats',
    program: findNatsServer(process.env['PATH'] ?? ''),
    conf: `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(join(dir, 'nats'))} }\n`,
    confPath: join(dir, 'nats.conf'),
    clientPort: port,
    logPath: join(dir, 'nats.log'),
  });
  return { url: `nats://127.0.0.1:${port}`, stop: () => server.kill9() };
}

async function playCuts(
  dir: string,
  operations: readonly Operation[],
  { seed, cuts, progress }: PowercutOptions,
): Promise<PowercutResult> {
  const random = new SeededRandom(seed, 'cuts');
  const points = cutPoints(operations, cuts, random);
  const pki = await loadPki(join(dir, 'load'));
  const disk = new RecordedDisk();
  const marks: Mark[] = [];
  const sum = noDamage();
  const kinds = { lost: 0, kept: 0, torn: 0, reordered: 0 };
  const examples: PowercutResult['examples'][number][] = [];
  let done = 0;
  for (const [index, { at, kind }] of points.entries()) {
    for (; done < at; done += 1) {
      const operation = present(operations[done], 'an operation');
      disk.apply(operation);
      marks.push(...marksOf(operation));
    }
    kinds[kind] += 1;
    const image = disk.cut(kind, random.next);
    const checked = await checkImage({
      recordedIn: join(dir, 'load'),
      pki,
      image,
      marks,
      dir: join(dir, 'image'),
    });
    addDamage(sum, checked.damage);
    if (isDamaged(checked.damage) && examples.length < MAX_EXAMPLES) {
      examples.push({ at, kind, found: checked.findings.slice(0, 3).join('; ') });
    }
    if ((index + 1) % 25 === 0) progress(`${index + 1} of ${cuts} cuts`);
  }
  for (const operation of operations.slice(done)) marks.push(...marksOf(operation));
  return {
    cuts,
    kinds,
    acknowledged: marks.filter((mark) => mark.kind === 'acknowledged').length,
    ...figuresOf(operations),
    ...sum,
    examples,
  };
}

interface CutPoint {
  /** How many operations are done by then. */
  readonly at: number;
  readonly kind: CutKind;
}

/**
 * Half of them anywhere, half right after the hub has said something: that is where the most is to be lost. The kinds take
 * turns at both, so that also of a few cuts one loses, right after the hub has said something, all that was not flushed.
 */
function cutPoints(
  operations: readonly Operation[],
  cuts: number,
  random: SeededRandom,
): CutPoint[] {
  const said = operations.flatMap((operation, at) => (marksOf(operation).length > 0 ? [at] : []));
  const points = Array.from({ length: cuts }, (_, index): CutPoint => {
    const turn = Math.floor(index / CUT_KINDS.length);
    const after = (index + turn) % 2 === 0 ? said[random.below(said.length)] : undefined;
    const at = after === undefined ? random.below(operations.length + 1) : after + 1;
    return { at, kind: present(CUT_KINDS[index % CUT_KINDS.length], 'a kind') };
  });
  return points.toSorted((a, b) => a.at - b.at);
}

function marksOf(operation: Operation): Mark[] {
  if (operation.kind !== 'write' || operation.name !== MARKS_FILE) return [];
  const lines = operation.bytes.toString('utf8').trimEnd().split('\n');
  return lines.map((line) => markSchema.parse(JSON.parse(line)));
}

function figuresOf(operations: readonly Operation[]) {
  let writes = 0;
  let flushes = 0;
  let bytes = 0;
  for (const operation of operations) {
    if (operation.kind === 'flushed') flushes += 1;
    if (operation.kind !== 'write' || operation.name === MARKS_FILE) continue;
    writes += 1;
    bytes += operation.bytes.length;
  }
  return { writes, flushes, bytes };
}
