import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

/** The launcher in a checkout of its own, so small that nothing is to be fetched for it. */
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'wuma-launch-'));
  const here = fileURLToPath(new URL('.', import.meta.url));
  for (const part of ['launch.mjs', 'setup']) {
    cpSync(join(here, part), join(checkout, 'deploy', part), { recursive: true });
  }
  const kernel = 'models/index/native/scan-kernel.c';
  write(kernel, readFileSync(join(here, '..', kernel), 'utf8'));
  write('package.json', JSON.stringify({ name: 'small', version: '1.0.0', type: 'module' }));
  write(
    'package-lock.json',
    JSON.stringify({
      name: 'small',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: { '': { name: 'small', version: '1.0.0' } },
    }),
  );
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(join(checkout, path, '..'), { recursive: true });
  writeFileSync(join(checkout, path), text);
}

/** What `npm ci` leaves behind in a project without dependencies. */
function installNothing(): void {
  write('node_modules/.package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: {} }));
}

function start(...args: string[]): ChildProcess {
  // as in a shell; the launcher that runs these tests has given them its own
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  return spawn(process.execPath, [join(checkout, 'deploy', 'launch.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function finish(child: ChildProcess): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString('utf8')));
  const exit: unknown[] = await once(child, 'close');
  return { code: exit[0], ...text };
}

it('tells its commands, and refuses one it does not know', async () => {
  expect(await finish(start('--help'))).toMatchObject({ code: 0, stderr: '' });
  const wrong = await finish(start('strat'));
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('there is no command "strat"');
});

it('doctor looks at a bare checkout and changes nothing', async () => {
  const { code, stdout } = await finish(start('wuma', 'doctor', '--json'));
  expect(code).toBe(1);
  const report = z
    .object({
      ready: z.boolean(),
      findings: z.array(z.object({ name: z.string(), state: z.string() })),
    })
    .parse(JSON.parse(stdout));
  expect(report.ready).toBe(false);
  expect(report.findings).toContainEqual(
    expect.objectContaining({ name: 'dependencies', state: 'missing' }),
  );
  expect(existsSync(join(checkout, '.wuma'))).toBe(false);
  expect(existsSync(join(checkout, 'node_modules'))).toBe(false);
});

it('gives the program its arguments and its exit code, and keeps stdout free', async () => {
  installNothing();
  write(
    'deploy/cli/main.ts',
    'console.log(process.argv.slice(2).join("|")); process.exitCode = 7;',
  );
  const { code, stdout } = await finish(start('wuma', 'enrol', '--json', 'a b'));
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'enrol|--json|a b\n' });
});

it('passes a signal on and waits for the program to end in its own time', async () => {
  installNothing();
  write(
    'deploy/cli/main.ts',
    `process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(3); }, 300));
     console.log('up'); setInterval(() => {}, 1000);`,
  );
  const child = start('wuma', 'anything');
  const outcome = finish(child);
  if (child.stdout === null) throw new Error('it has a stdout');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await outcome).toMatchObject({ code: 3, stdout: 'up\ndrained\n' });
});

it('takes over the lock of a launcher that died', async () => {
  installNothing();
  write('deploy/cli/main.ts', 'console.log("ran");');
  // above the highest pid Linux and macOS give
  write('.wuma/setup.lock', '4194305\n');
  expect(await finish(start('wuma', 'x'))).toMatchObject({ code: 0, stdout: 'ran\n', stderr: '' });
});

it('waits for a launcher that is setting up this checkout', async () => {
  installNothing();
  write('deploy/cli/main.ts', 'console.log("ran");');
  // the holder is told by its command line where the system has it
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'launch.mjs']);
  try {
    write('.wuma/setup.lock', `${holder.pid}\n`);
    const child = start('wuma', 'x');
    const outcome = finish(child);
    if (child.stderr === null) throw new Error('it has a stderr');
    for await (const [chunk] of on(child.stderr, 'data')) {
      if (String(chunk).includes('another launcher')) break;
    }
    await sleep(500);
    expect(child.exitCode).toBeNull();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const { code, stdout, stderr } = await outcome;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ran\n' });
    expect(stderr).toContain(`another launcher (pid ${holder.pid})`);
  } finally {
    holder.kill('SIGKILL');
  }
});
