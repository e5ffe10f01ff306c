import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './bounded-queue.ts';

interface Job {
  readonly name: string;
  readonly done: Promise<string>;
}

function job(name: string): Job & { finish: () => void; fail: (why: Error) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { name, done: promise, finish: () => resolve(name), fail: reject };
}

describe('BoundedQueue', () => {
  it('runs as many as it may, holds as many as it has places for, refuses the rest at once', async () => {
    const started: string[] = [];
    const queue = new BoundedQueue<Job, string>(
      (each) => {
        started.push(each.name);
        return each.done;
      },
      { concurrency: 2, capacity: 1 },
    );
    const [a, b, c, d] = [job('a'), job('b'), job('c'), job('d')];
    const offered = [a, b, c].map((each) => queue.offer(each));
    expect(queue.offer(d)).toBeUndefined();
    expect(started).toEqual(['a', 'b']);
    expect(queue.depth).toBe(1);
    b.finish();
    a.finish();
    c.finish();
    expect(await Promise.all(offered.map(async (each) => each))).toEqual(['a', 'b', 'c']);
    expect(started).toEqual(['a', 'b', 'c']);
    expect(queue.depth).toBe(0);
  });

  it('gives a failed job its failure and its place to the next', async () => {
    const queue = new BoundedQueue<Job, string>((each) => each.done, {
      concurrency: 1,
      capacity: 1,
    });
    const [a, b] = [job('a'), job('b')];
    const first = queue.offer(a);
    const second = queue.offer(b);
    a.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    b.finish();
    expect(await second).toBe('b');
  });
});
