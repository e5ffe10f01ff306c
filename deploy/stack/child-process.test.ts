import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { StackProcess } from './child-process.ts';

const dir = mkdtempSync(join(tmpdir(), 'wuma-child-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function start(name: string, script: string, program = process.execPath): StackProcess {
  return new StackProcess({
    name,
    program,
    args: ['-e', script],
    logPath: join(dir, `${name}.log`),
  });
}

const saysReady = (stdout: string) => Promise.resolve(stdout.includes('ready') || undefined);

it('is ready when its output says so, and keeps its log', async () => {
  const child = start(
    'good',
    'console.error("hello"); console.log("ready"); setInterval(() => {}, 1000)',
  );
  await expect(child.untilReady(saysReady, 10_000)).resolves.toBe(true);
  await child.stop();
  expect(child.running).toBe(false);
  expect(readFileSync(child.logPath, 'utf8')).toBe('hello\n');
});

it('tells the end of the log of a process that ends before it is ready', async () => {
  const child = start('bad', 'console.error("no such table"); process.exit(3)');
  await expect(child.untilReady(saysReady, 10_000)).rejects.toThrow(
    /bad ended before it was ready[^]*no such table/,
  );
});

it('tells of a program that is not there', async () => {
  const child = start('absent', '', join(dir, 'no-such-program'));
  await expect(child.untilReady(saysReady, 10_000)).rejects.toThrow(/absent ended before/);
  await child.stop();
});

it('gives up on a process that is never ready', async () => {
  const child = start('slow', 'setInterval(() => {}, 1000)');
  await expect(child.untilReady(saysReady, 300)).rejects.toThrow(/not ready after 300 ms/);
  await child.kill9();
  expect(child.running).toBe(false);
});
