import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

const lineSchema = z.object({ msg: z.string(), lines: z.int().optional() });
const FULL_DEVICE = '/dev/full';
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

/** Runs a program whose log goes to a file. @returns its exit code */
async function runLoggingTo(path: string, program: string): Promise<number | null> {
  const log = openSync(path, 'a');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', log],
    timeout: 20_000,
  });
  closeSync(log);
  await once(child, 'exit');
  return child.exitCode;
}

describe('createLogger', () => {
  it('cuts out whatever names a person or opens a door, at any depth we use', () => {
    const program = `
      import { createLogger } from './shared/kernel/logger.ts';
      createLogger({ service: 'x', level: 'info' }).info(
        { shopperId: 'SECRET1', a: { token: 'SECRET2', b: { phoneLast4: 'SECRET3' } }, kept: 'yes' }, 'm');`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(run.stdout).toBe('');
    expect(run.stderr).not.toContain('SECRET');
    expect(run.stderr).toContain('"kept":"yes"');
  });

  it.skipIf(!existsSync(FULL_DEVICE))(
    'lets a service go on, and end, whose log has no space left',
    async () => {
      const program = `
      import { createLogger } from './shared/kernel/logger.ts';
      const logger = createLogger({ service: 'x', level: 'info' });
      for (let at = 0; at < 10; at += 1) {
        logger.info({ at }, 'm');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      process.exit(7);`;
      expect(await runLoggingTo(FULL_DEVICE, program)).toBe(7);
    },
    30_000,
  );

  it.skipIf(!hasPrlimit)(
    'writes what waited once there is space again, and tells how many lines were dropped',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'wuma-logger-'));
      onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
      const path = join(dir, 'log');
      const program = `
      import { execFileSync } from 'node:child_process';
      import { createLogger } from './shared/kernel/logger.ts';
      const limitFiles = (bytes) =>
        execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + bytes + ':unlimited']);
      const pause = () => new Promise((resolve) => setTimeout(resolve, 200));
      const logger = createLogger({ service: 'x', level: 'info' });
      const logMany = (times) => {
        for (let at = 0; at < times; at += 1) logger.info({ kept: 'k'.repeat(100_000) }, 'many');
      };
      logger.info('before');
      await pause();
      limitFiles(64);
      logger.info('waits');
      await pause();
      logMany(30);
      await pause();
      limitFiles('unlimited');
      // too long for what is left, as those before it: space is noticed none the less
      logMany(1);
      await pause();
      logger.info('after');
      await pause();`;
      expect(await runLoggingTo(path, program)).toBe(0);
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      const told = lines.map((line) => lineSchema.parse(JSON.parse(line)));
      expect(told.slice(0, 3).map(({ msg }) => msg)).toEqual(['before', 'waits', 'many']);
      const kept = told.filter(({ msg }) => msg === 'many').length;
      expect(told.at(-1)?.msg).toBe('after');
      expect(told.find(({ msg }) => msg === 'log lines were dropped')?.lines).toBe(31 - kept);
    },
    30_000,
  );
});
