import { describe, expect, it } from 'vitest';
import { classifyLost, isDamaged } from '../powercut/damage.ts';
import { RecordedDisk } from '../powercut/disk.ts';
import { buildRecorder, NoRecorderError } from '../powercut/recorder.ts';
import type { Operation } from '../powercut/recording.ts';
import { runPowercuts } from '../powercut/run.ts';

const noRecorder = await buildRecorder().then(
  () => undefined,
  (error: unknown) => {
    if (error instanceof NoRecorderError) return error.message;
    throw error;
  },
);

/** Of some seconds' work: many processes and hubs are started. */
const LIMIT_MS = 300_000;

const FILE = { inode: 1n, name: 'a' };
const write = (text: string, offset = 0): Operation => ({
  kind: 'write',
  ...FILE,
  offset,
  bytes: Buffer.from(text),
});
const flush = (folder: boolean): Operation[] => {
  const of = folder ? { inode: 9n, name: '.' } : FILE;
  return [
    { kind: 'flush-begins', ...of, folder },
    { kind: 'flushed', ...of, folder },
  ];
};
const CREATED: Operation = { kind: 'created', ...FILE };

function diskAfter(...operations: Operation[]): RecordedDisk {
  const disk = new RecordedDisk();
  for (const operation of operations) disk.apply(operation);
  return disk;
}
const textAfterLoss = (disk: RecordedDisk, name = 'a'): string | undefined =>
  disk
    .cut('lost', () => 0)
    .get(name)
    ?.toString('utf8');

describe('a disk that loses its power', () => {
  it('keeps what was flushed and no more', () => {
    const disk = diskAfter(CREATED, write('one'), ...flush(false), ...flush(true), write('two', 3));
    expect(textAfterLoss(disk)).toBe('one');
    expect(
      disk
        .cut('kept', () => 0)
        .get('a')
        ?.toString('utf8'),
    ).toBe('onetwo');
  });

  it('keeps no name whose folder was not flushed, and no flush that has not ended', () => {
    expect(textAfterLoss(diskAfter(CREATED, write('one'), ...flush(false)))).toBeUndefined();
    const [begun] = flush(false);
    const disk = diskAfter(CREATED, ...flush(true), write('one'), ...(begun ? [begun] : []));
    expect(textAfterLoss(disk)).toBe('');
  });

  it('takes a write that came while a flush was under way for lost', () => {
    const [begun, ended] = flush(false) as [Operation, Operation];
    const disk = diskAfter(CREATED, ...flush(true), write('one'), begun, write('two', 3), ended);
    expect(textAfterLoss(disk)).toBe('one');
  });

  it('tears the last write that it keeps', () => {
    const disk = diskAfter(CREATED, ...flush(true), write('one'), write('four', 3));
    expect(
      disk
        .cut('torn', () => 0.5)
        .get('a')
        ?.toString('utf8'),
    ).toBe('onefo');
  });

  it('keeps sectors in any order', () => {
    const disk = diskAfter(CREATED, ...flush(true), write('x'.repeat(1_024)));
    // the odds, how many names, then one draw for each sector
    const draws = [0.5, 0, 0.9, 0.1];
    const left = disk.cut('reordered', () => draws.shift() ?? 0).get('a');
    expect(left?.toString('utf8')).toBe('\0'.repeat(512) + 'x'.repeat(512));
  });
});

it('what is missing is told by its place', () => {
  expect(classifyLost([false, true, false, true, false, false])).toEqual({
    prefix: 1,
    middle: 1,
    tail: 2,
  });
  expect(classifyLost([false, false])).toEqual({ prefix: 0, middle: 0, tail: 2 });
});

describe.skipIf(noRecorder !== undefined)(`a hub (${noRecorder ?? 'recorded'})`, () => {
  const run = { seed: 3, payments: 30, progress: () => undefined };

  it(
    'opens after a power cut with all that it had acknowledged',
    async () => {
      const result = await runPowercuts({ ...run, cuts: 4, planted: undefined });
      expect(result.acknowledged).toBeGreaterThan(20);
      expect(result.flushes).toBeGreaterThan(20);
      expect(result.examples).toEqual([]);
      expect(isDamaged(result)).toBe(false);
    },
    LIMIT_MS,
  );

  it(
    'is found out where no flush reaches the disk',
    async () => {
      const result = await runPowercuts({ ...run, cuts: 6, planted: 'no-flush' });
      // a database of which only parts are there is found out by not opening
      expect(isDamaged(result)).toBe(true);
    },
    LIMIT_MS,
  );
});
