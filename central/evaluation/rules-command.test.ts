import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCaptured } from '../../test/support/captured-command.ts';
import { runEvaluateRules } from './rules-command.ts';

/** Typed as what it stands for: the matcher itself is `any`. */
const containing = (text: string): unknown => expect.stringContaining(text);

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wuma-rules-'));
});
afterAll(() => rm(dir, { recursive: true }));

const run = (...args: string[]) => runCaptured(runEvaluateRules, args);

describe('wuma evaluate rules', () => {
  it('counts the rules of a file, and prints them on request', async () => {
    const path = join(dir, 'baskets.csv');
    await writeFile(
      path,
      'tea, egg\r\n"soup, hot",tea\r\n\r\negg,tea,tea\r\n"soup, hot","tea"\r\n',
    );
    const args = ['--baskets', path, '--support', '0.5', '--confidence', '0.6', '--json'];
    const counted: unknown = JSON.parse((await run(...args)).out);
    expect(counted).toEqual({ rules: 2, baskets: 4, items: 3, itemsets: 5 });
    const listed: unknown = JSON.parse((await run(...args, '--print')).out);
    expect(listed).toMatchObject({
      list: [
        { given: ['egg'], also: 'tea', count: 2, support: 0.5, confidence: 1, lift: 1 },
        { given: ['soup, hot'], also: 'tea', count: 2 },
      ],
    });
  });

  it('says what is wrong', async () => {
    expect(await run('--support', '0.1', '--confidence', '1')).toMatchObject({ code: 2 });
    const none = ['--baskets', join(dir, 'none.csv'), '--confidence', '1', '--support'];
    expect(await run(...none, '0.1')).toMatchObject({
      code: 2,
      problems: containing('cannot be read'),
    });
    expect(await run(...none, '2')).toMatchObject({
      code: 2,
      problems: '--support is a share from 0 to 1\n',
    });
    expect(await run(...none, '0')).toMatchObject({
      code: 2,
      problems: containing('above 0'),
    });
  });
});
