import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** An owner that starts one long-lived process under a reaper and tells its pid. */
const OWNER = `
  import { StackProcess } from '${HERE}child-process.ts';
  import { Reaper } from '${HERE}reaper.ts';
  const reaper = new Reaper();
  const child = new StackProcess({ name: 'sleeper', program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], logPath: '/dev/null' });
  reaper.watch(child);
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('ends what the owner left behind when the owner is killed', async () => {
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', OWNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: unknown[] = await once(owner.stdout, 'data');
  const pid = Number(String(chunks[0]));
  expect(alive(pid)).toBe(true);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const deadline = performance.now() + 10_000;
  while (alive(pid) && performance.now() < deadline) await sleep(50);
  expect(alive(pid)).toBe(false);
});
