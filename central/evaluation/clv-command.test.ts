import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCaptured } from '../../test/support/captured-command.ts';
import { runEvaluateClv } from './clv-command.ts';

/** Typed as what it stands for: the matcher itself is `any`. */
const near = (value: number, digits: number): unknown => expect.closeTo(value, digits);
const containing = (text: string): unknown => expect.stringContaining(text);

const CDNOW = '../shared/data/retail/cdnow_sample2357.csv';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wuma-clv-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Sixty customers; customer n comes every n-th week of twenty, and stays away from week 10 on if n is even. */
function log(line: (customer: number, day: Date) => string): string {
  const lines: string[] = [];
  for (let customer = 1; customer <= 60; customer += 1) {
    const weeks = customer % 2 === 0 ? 10 : 20;
    for (let week = 0; week < weeks; week += (customer % 7) + 1) {
      lines.push(line(customer, new Date(Date.UTC(2025, 0, 6 + 7 * week))));
    }
  }
  return lines.join('\n');
}

const iso = (day: Date): string => day.toISOString().slice(0, 10);

describe('wuma evaluate clv', () => {
  it('reads files however they are written', async () => {
    const files = {
      'commas.csv': `who,when\n${log((who, day) => `${who},${iso(day)}`)}`,
      'semicolons.csv': `who;when;what\n${log((who, day) => `${who};${iso(day).replaceAll('-', '')};"a;b"`)}`,
      'tabs.csv': `when\twho\n${log((who, day) => `${day.toISOString()}\t${who}`)}`,
    };
    const answers: unknown[] = [];
    for (const [name, text] of Object.entries(files)) {
      const path = join(dir, name);
      await writeFile(path, text);
      const args = ['--transactions', path, '--customer', 'who', '--date', 'WHEN', '--json'];
      const { code, out, problems } = await runCaptured(runEvaluateClv, args);
      expect({ code, problems }).toEqual({ code: 0, problems: '' });
      answers.push(JSON.parse(out));
    }
    expect(answers[0]).toMatchObject({ customers: 60 });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('says what is wrong with a file', async () => {
    const path = join(dir, 'wrong.csv');
    await writeFile(path, 'customer,date\n1,yesterday\n2,2025-01-01\n');
    const run = (...args: string[]) => runCaptured(runEvaluateClv, ['--transactions', ...args]);
    expect(await run(path)).toMatchObject({
      code: 2,
      problems: `${path}: 1 rows have no readable day in date\n`,
    });
    expect(await run(path, '--date', 'day')).toMatchObject({
      code: 2,
      problems: containing('customer, date'),
    });
    expect(await run(join(dir, 'none.csv'))).toMatchObject({ code: 2 });
    expect(await run(path, '--until', 'May')).toMatchObject({ code: 2 });
  });

  it.skipIf(!existsSync(CDNOW))('fits CDNOW as published (skipped without the data)', async () => {
    const args = [
      '--transactions',
      CDNOW,
      '--customer',
      'id',
      '--date',
      'date',
      '--amount',
      'amt',
      '--until',
      '1997-09-30',
      '--json',
    ];
    const { out } = await runCaptured(runEvaluateClv, args);
    const fit: unknown = JSON.parse(out);
    expect(fit).toMatchObject({
      customers: 2_357,
      repeats: 2_457,
      r: near(0.2426, 4),
      alpha: near(4.4136, 3),
      a: near(0.7929, 3),
      b: near(2.4259, 3),
      logLikelihood: near(-9582.4292, 3),
      spend: {
        p: near(6.25, 2),
        q: near(3.74, 2),
        gamma: near(15.44, 1),
      },
    });
  });
});
