import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { present } from '../../shared/kernel/assert.ts';
import { ROOT } from '../stack/env.ts';
import { freePorts } from '../stack/free-ports.ts';
import { runCli } from './cli.ts';

let dir: string;
let tokenFile: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-cli-'));
  tokenFile = join(dir, 'admin.token');
  writeFileSync(tokenFile, 'a-token\n');
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command line and keeps what it writes. */
async function cli(...args: string[]): Promise<{ code: number; out: string; progress: string }> {
  const written = { out: '', progress: '' };
  const code = await runCli(args, {
    out: (text) => (written.out += `${text}\n`),
    progress: (text) => (written.progress += `${text}\n`),
  });
  return { code, ...written };
}

const eraseAt = (url: string, tokens: string): string[] => [
  'erase',
  '--hub',
  url,
  '--token-file',
  tokens,
  '--shopper',
  'x',
];

it('tells its commands on stdout when asked, and on stderr when it must', async () => {
  const asked = await cli('--help');
  expect(asked).toMatchObject({ code: 0, progress: '' });
  expect(asked.out).toMatch(/enrol\b.*\n.*erase/);
  const wrong = await cli('enroll');
  expect(wrong).toMatchObject({ code: 2, out: '' });
  expect(wrong.progress).toContain('there is no command "enroll"');
});

it.each(['enrol', 'erase', 'evaluate', 'report', 'screenshots', 'doctor', 'bench'])(
  '%s has help',
  async (name) => {
    const { code, out } = await cli(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`usage: wuma ${name}`);
  },
);

it.each(['chaos', 'city', 'powercut', 'simulate'])(
  '%s has the help of its program',
  (name) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['deploy/cli/main.ts', name, '--help'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`usage: wuma ${name}`);
  },
  30_000,
);

it.each([
  [['enrol'], '--photos is needed'],
  [['enrol', '--photos', 'a,b,c,d,e,f', '--streets', 's'], 'at most 5 photos'],
  [['enrol', '--nonsense'], 'nonsense'],
  [['evaluate', 'voices'], 'evaluate what?'],
  [['bench', 'voices'], 'bench what?'],
])('%j is wrong usage', async (args, message) => {
  const { code, out, progress } = await cli(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(progress).toContain(message);
  expect(progress).toContain('usage:');
});

it('says that a hub does not answer', async () => {
  const port = present((await freePorts(1))[0], 'a port');
  const url = `http://localhost:${port}`;
  const { code, out, progress } = await cli(...eraseAt(url, tokenFile));
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(progress).toBe(`no answer from ${url}\n`);
});

it('says which file is missing', async () => {
  const { code, progress } = await cli(...eraseAt('http://localhost:1', join(dir, 'no')));
  expect(code).toBe(1);
  expect(progress).toContain(join(dir, 'no'));
});

it('makes, adds, renews and drops template keys', async () => {
  const file = join(dir, 'template.keys');
  const templates = async (...args: string[]) => {
    const { code, out } = await cli('templates', ...args, '--key-file', file, '--json');
    return {
      code,
      ...(code === 0 ? (JSON.parse(out) as { inForce: string; known: string[] }) : {}),
    };
  };
  expect(await templates('list')).toEqual({ code: 1 });
  const { inForce: first } = await templates('make');
  expect(await templates('make')).toEqual({ code: 2 });
  expect(await templates('renew')).toEqual({ code: 2 });
  const added = await templates('add');
  expect(added).toMatchObject({ code: 0, inForce: first, known: [expect.any(String)] });
  const [second] = present(added.known, 'known keys');
  expect(await templates('drop', '--key', String(first))).toEqual({ code: 2 });
  expect(await templates('renew')).toEqual({ code: 0, inForce: second, known: [first] });
  expect(await templates('drop', '--key', 'none')).toEqual({ code: 2 });
  expect(await templates('drop', '--key', String(first))).toEqual({
    code: 0,
    inForce: second,
    known: [],
  });
});
