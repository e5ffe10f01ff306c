import { expect, it } from 'vitest';
import {
  type CommandLine,
  nowAndThen,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from './command-line.ts';

const OPTIONS = {
  count: { type: 'string', default: '3' },
  json: { type: 'boolean', default: false },
} as const;

async function run(argv: readonly string[], over: Partial<CommandLine<typeof OPTIONS>> = {}) {
  const written = { out: '', error: '' };
  const command: CommandLine<typeof OPTIONS> = {
    help: 'what it does\n',
    options: OPTIONS,
    run: async ({ count, json }, io) => {
      io.writeOut(`${wholeNumber('count', count, { least: 1, most: 9 })} ${json}`);
      return Promise.resolve(4);
    },
    ...over,
  };
  const code = await runCommandLine(command, argv, {
    writeOut: (text) => (written.out += text),
    writeError: (text) => (written.error += text),
  });
  return { code, ...written };
}

it('gives the command its values, and its exit code on', async () => {
  expect(await run(['--json'])).toEqual({ code: 4, out: '3 true', error: '' });
});

it('tells its help, whatever else is asked', async () => {
  expect(await run(['--count', 'x', '--help'])).toEqual({
    code: 0,
    out: 'what it does\n',
    error: '',
  });
});

it.each([
  [['--count', '10'], '--count is a whole number from 1 to 9\n'],
  [['--count', '1.5'], '--count is a whole number from 1 to 9\n'],
  [['--count', ''], '--count is a whole number from 1 to 9\n'],
])('%j is wrong usage', async (argv, error) => {
  expect(await run(argv)).toEqual({ code: 2, out: '', error });
});

it('knows no option that it was not given', async () => {
  const { code, error } = await run(['--nonsense']);
  expect(code).toBe(2);
  expect(error).toContain('nonsense');
});

it('tells a fault of its own from one of the caller', async () => {
  const fault = new RangeError('the disk is full');
  const failing = { run: () => Promise.reject(fault) };
  expect(await run([], failing)).toEqual({ code: 1, out: '', error: 'the disk is full\n' });
  const forgiven = { ...failing, isUsage: (error: unknown) => error instanceof RangeError };
  expect(await run([], forgiven)).toMatchObject({ code: 2 });
});

it('wants what must be there', () => {
  expect(required('x', 'out')).toBe('x');
  expect(() => required(undefined, 'out')).toThrow(UsageError);
  expect(() => required('', 'out')).toThrow('--out is needed');
});

it('lets progress through now and then, and always what must be told', () => {
  const due = nowAndThen(60_000);
  expect([due(), due(), due(true), due()]).toEqual([true, false, true, false]);
});
