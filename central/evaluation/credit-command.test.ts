import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { runCaptured } from '../../test/support/captured-command.ts';
import { runEvaluateCredit } from './credit-command.ts';

/** Typed as what it stands for: the matcher itself is `any`. */
const containing = (text: string): unknown => expect.stringContaining(text);

const DATA = '../shared/data/credit';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wuma-credit-'));
});
afterAll(() => rm(dir, { recursive: true }));

/** Companies whose debt and trade say something, whose number says nothing, and one column that gives the answer away. */
function companies(rows: number, seed: string): string {
  const random = new SeededRandom(seed);
  const lines = Array.from({ length: rows }, (_, i) => {
    const debt = random.next();
    const trade = random.next() < 0.3 ? '"gold, silver"' : 'tea';
    const bad = random.next() < debt * (trade === 'tea' ? 0.4 : 0.8);
    return `${i},${random.next() < 0.1 ? 'NA' : debt.toFixed(3)},${trade},${bad ? 'failed' : 'paid'},${bad ? 1 : 0}`;
  });
  return `number,debt,trade,outcome,leak\n${lines.join('\n')}\n`;
}

async function judged(...args: string[]) {
  const { code, out, problems } = await runCaptured(runEvaluateCredit, [...args, '--json']);
  return {
    code,
    problems,
    answer: code === 0 ? z.record(z.string(), z.unknown()).parse(JSON.parse(out)) : {},
  };
}

describe('wuma evaluate credit', () => {
  it.each(['glassbox', 'woe'])('learns from one file and judges on another (%s)', async (model) => {
    const [train, test] = [join(dir, 'train.csv'), join(dir, 'test.csv')];
    await writeFile(train, companies(400, 'train'));
    await writeFile(test, companies(800, 'test'));
    const files = ['--train', train, '--test', test, '--target', 'outcome', '--model', model];
    const fair = await judged(...files, '--exclude', 'number,leak');
    expect(fair).toMatchObject({
      code: 0,
      answer: { model, features: 2, companies: 800, reasonsExact: true },
    });
    expect(fair.answer['auc']).toBeGreaterThan(0.66);
    expect(fair.answer['auc']).toBeLessThan(0.85);
    expect((await judged(...files)).answer['auc']).toBeGreaterThan(0.99);
  });

  it('tests what it never looks at, and writes no scorecard with a feature that stands for it', async () => {
    const [train, saved] = [join(dir, 'people.csv'), join(dir, 'scorecard.json')];
    await writeFile(train, companies(600, 'people'));
    const args = ['--train', train, '--target', 'outcome', '--model', 'woe', '--save', saved];
    const tested = (exclude: string) =>
      judged(...args, '--exclude', exclude, '--sensitive', 'trade');
    const clear = await tested('number,leak');
    expect(clear).toMatchObject({ code: 0, answer: { file: saved, refused: [] } });
    expect(clear.answer['card']).toMatchObject({
      companies: 600,
      features: 1,
      fairness: [{ attribute: 'trade', groups: [{ group: 'tea' }, { group: 'gold, silver' }] }],
    });
    const [head, ...rows] = companies(600, 'people').trim().split('\n');
    const lanes = rows.map((row) => `${row},${row.includes('gold') ? 1 : 0}`);
    await writeFile(train, [`${head},lane`, ...lanes].join('\n'));
    await rm(saved);
    expect(await tested('number,leak')).toMatchObject({
      code: 1,
      problems: containing('trade: refused'),
    });
    expect(existsSync(saved)).toBe(false);
  });

  it('says what is wrong', async () => {
    const path = join(dir, 'few.csv');
    await writeFile(path, companies(60, 'few'));
    const cv = (...args: string[]) => judged('--cv', '3', '--data', path, ...args);
    expect(await cv()).toMatchObject({ code: 2, problems: '--target is needed\n' });
    expect(await cv('--target', 'end')).toMatchObject({
      code: 2,
      problems: containing('no column end'),
    });
    expect(await cv('--target', 'number')).toMatchObject({
      code: 2,
      problems: containing('--bad'),
    });
    expect(await cv('--target', 'outcome', '--exclude', 'x')).toMatchObject({ code: 2 });
    expect(await cv('--target', 'outcome', '--model', 'oracle')).toMatchObject({ code: 2 });
    expect(await cv('--target', 'outcome', '--train', path)).toMatchObject({ code: 2 });
    const other = join(dir, 'other.csv');
    await writeFile(other, 'outcome,trade\nfailed,tea\npaid,tea\n');
    const files = ['--train', path, '--test', other, '--target', 'outcome'];
    expect(await judged(...files)).toMatchObject({
      code: 2,
      problems: containing('no column number'),
    });
  });

  it.skipIf(!existsSync(DATA)).each([
    ['woe', 'south_german', 0.778],
    ['woe', 'australian', 0.915],
    ['glassbox', 'australian', 0.928],
  ])('%s is good enough on %s (skipped without the data)', async (model, set, least) => {
    const { answer } = await judged(
      '--cv',
      '5',
      '--data',
      `${DATA}/${set}.csv`,
      '--target',
      'bad',
      '--model',
      model,
    );
    expect(answer).toMatchObject({ model, reasonsExact: true });
    expect(answer['auc']).toBeGreaterThan(least);
    expect(answer['calibrationError']).toBeLessThan(0.06);
  });
});
