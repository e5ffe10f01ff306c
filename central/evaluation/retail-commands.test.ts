import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCaptured } from '../../test/support/captured-command.ts';
import { AnalyticsStore, quotedText } from '../insight/analytics-store.ts';
import { runEvaluateCohorts } from './cohorts-command.ts';
import { runEvaluateCovisits } from './covisits-command.ts';

const DATA = '../shared/data';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wuma-retail-'));
});
afterAll(() => rm(dir, { recursive: true }));

const SALES = `InvoiceNo;Quantity;InvoiceDate;UnitPrice;CustomerID
1;2;2025-01-30 09:00:00;1.5;7
2;1;2025-01-31 23:59:59;1.5;8
3;1;2025-02-01 00:00:00;1.5;7
4;1;2025-02-03 00:00:00;1.5;9
C5;-1;2025-03-03 00:00:00;1.5;9
C6;1;2025-03-03 00:00:00;1.5;9
7;1;2025-03-03 00:00:00;0;9
8;1;2025-03-03 00:00:00;2;
9;1;2025-04-03 00:00:00;2;7
10;1;2025-04-05 00:00:00;2;7
11;1;2026-02-05 00:00:00;2;9
`;

/** The same rows as Parquet, with types. */
async function asParquet(csv: string, parquet: string): Promise<void> {
  const store = await AnalyticsStore.open();
  await store.run(`COPY (FROM read_csv(${quotedText(csv)})) TO ${quotedText(parquet)}`);
  store.close();
}

describe('wuma evaluate cohorts', () => {
  it('counts who came back, the same from CSV and from Parquet', async () => {
    const [csv, parquet] = [join(dir, 'sales.csv'), join(dir, 'sales.parquet')];
    await writeFile(csv, SALES);
    await asParquet(csv, parquet);
    for (const path of [csv, parquet]) {
      const { out } = await runCaptured(runEvaluateCohorts, ['--transactions', path, '--json']);
      const answer: unknown = JSON.parse(out);
      expect(answer).toEqual({
        cohorts: [
          { cohort: '2025-01', k: 0, n: 2 },
          { cohort: '2025-01', k: 1, n: 1 },
          { cohort: '2025-01', k: 3, n: 1 },
          { cohort: '2025-02', k: 0, n: 1 },
          { cohort: '2025-02', k: 12, n: 1 },
        ],
      });
    }
  });

  const file = `${DATA}/retail/online_retail_2010_2011.parquet`;
  it.skipIf(!existsSync(file))('are another engine’s (skipped without the data)', async () => {
    const { out } = await runCaptured(runEvaluateCohorts, ['--transactions', file]);
    const expected = await readFile(`${DATA}/expected/online_retail_2010_2011_cohorts.csv`, 'utf8');
    expect(out.trim()).toBe(expected.trim());
  });
});

/** Customers 1 to n were in both shops. */
const visits = (n: number, a: string, b: string): string[] =>
  Array.from({ length: n }, (_, i) => [`${i},${a}`, `${i},${b}`, `${i},${b}`]).flat();

describe('wuma evaluate covisits', () => {
  it('shows pairs of shops with at least ten customers in common', async () => {
    const path = join(dir, 'visits.csv');
    const lines = [...visits(10, '9', '10'), ...visits(9, 'x', '10'), ',9', '99,'];
    await writeFile(path, `household_id,store_id\n${lines.join('\n')}\n`);
    const ask = (...args: string[]) =>
      runCaptured(runEvaluateCovisits, ['--transactions', path, '--json', ...args]);
    const answer: unknown = JSON.parse((await ask()).out);
    expect(answer).toEqual({ k: 10, pairs: [{ s1: '9', s2: '10', shared: 10 }] });
    const lower = await ask('--k', '9');
    expect(JSON.parse(lower.out)).toMatchObject({
      pairs: [{ shared: 10 }, { s1: '9', s2: 'x', shared: 9 }, { s1: '10', s2: 'x', shared: 9 }],
    });
    expect(lower.problems).toContain('only for public data');
    expect(await ask('--shop', 'none')).toMatchObject({ code: 2 });
  });

  const file = `${DATA}/retail/completejourney_75k.parquet`;
  it.skipIf(!existsSync(file))('are another engine’s (skipped without the data)', async () => {
    const { out } = await runCaptured(runEvaluateCovisits, ['--transactions', file, '--k', '5']);
    const expected = await readFile(`${DATA}/expected/completejourney_covisits_k5.csv`, 'utf8');
    expect(out.trim().split('\n').toSorted()).toEqual(expected.trim().split(/\r?\n/).toSorted());
  });
});
