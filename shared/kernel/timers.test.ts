import { expect, it } from 'vitest';
import { pause, systemTimers } from './timers.ts';

it('runs what waits in the order of its time, and nothing that was cancelled', async () => {
  const done: string[] = [];
  systemTimers.after(20, () => done.push('later'));
  systemTimers.after(0, () => done.push('at once'));
  systemTimers.after(5, () => done.push('never'))();
  systemTimers.after(0, () => done.push('never'))();
  expect(done).toEqual([]);
  await pause(systemTimers, 60);
  expect(done).toEqual(['at once', 'later']);
});

it('ends a pause when the signal is given, also one that is given before', async () => {
  const ending = new AbortController();
  const paused = pause(systemTimers, 60_000, ending.signal);
  ending.abort();
  await expect(paused).resolves.toBeUndefined();
  await expect(pause(systemTimers, 60_000, ending.signal)).resolves.toBeUndefined();
});
