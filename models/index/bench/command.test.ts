import { expect, it } from 'vitest';
import { z } from 'zod';
import { runBenchIndex } from './command.ts';

async function bench(...args: string[]) {
  const written = { out: '', error: '' };
  const code = await runBenchIndex(args, {
    writeOut: (text) => (written.out += text),
    writeError: (text) => (written.error += text),
  });
  return { code, ...written };
}

const figures = z.object({
  rows: z.number(),
  impostors: z.object({ mean: z.number(), deviation: z.number() }),
  bandwidth: z.object({ oneThread: z.number().positive(), threads: z.number().positive() }),
  int8LimitMs: z.number().positive(),
  engines: z.array(
    z.union([
      z.object({ engine: z.string(), notRun: z.string().min(1) }),
      z.object({
        engine: z.string(),
        queries: z.number(),
        p50: z.number().positive(),
        rank1: z.object({ genuine: z.number(), impostor: z.number() }),
        certifiedWrong: z.number(),
      }),
    ]),
  ),
});

it('measures every engine, or says why not, and finds everybody', { timeout: 60_000 }, async () => {
  const options = ['--rows', '600', '--dim', '128', '--queries', '12', '--json'];
  const { code, out } = await bench(...options);
  expect(code).toBe(0);
  const { engines, impostors } = figures.parse(JSON.parse(out));
  expect(engines.map(({ engine }) => engine)).toEqual(
    expect.arrayContaining(['ours, wasm', 'usearch', 'sqlite-vec', 'sqlite-vss']),
  );
  for (const one of engines) {
    if ('notRun' in one) continue;
    expect(one).toMatchObject({
      queries: 12,
      rank1: { genuine: 1, impostor: 1 },
      certifiedWrong: 0,
    });
  }
  // strangers are as unlike as a face network makes them
  expect(impostors.deviation).toBeGreaterThan(0.08);
  expect(impostors.deviation).toBeLessThan(0.13);
});

it.each([
  [['--rows', 'many'], '--rows is a whole number'],
  [['--dim', '200'], '--dim is a power of two'],
  [['--queries', '3'], '--queries is a whole number from 10'],
  [['--colour', 'red'], 'colour'],
])('%j is wrong usage', async (args, message) => {
  const { code, out, error } = await bench(...args);
  expect([code, out]).toEqual([2, '']);
  expect(error).toContain(message);
});
