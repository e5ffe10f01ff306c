import type { CommandIo } from '../../shared/kernel/command-line.ts';

/** What a command left behind. */
export interface CapturedRun {
  readonly code: number;
  readonly out: string;
  readonly problems: string;
}

/** Runs a command in this process and keeps what it writes. */
export async function runCaptured(
  command: (argv: readonly string[], io?: CommandIo) => Promise<number>,
  argv: readonly string[],
): Promise<CapturedRun> {
  let out = '';
  let problems = '';
  const code = await command(argv, {
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      problems += text;
    },
  });
  return { code, out, problems };
}
