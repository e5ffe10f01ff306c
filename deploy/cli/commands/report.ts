import { UsageError } from '../../../shared/kernel/command-line.ts';
import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

/** What can be reported on: the program, and its first arguments. */
const PROGRAMS: ReadonlyMap<string, readonly [entry: string, ...first: string[]]> = new Map([
  ['recognition', ['edge-hub/evaluation/report/main.ts', 'recognition']],
]);

export const reportCommand: Command = {
  summary: 'write a test report that people can read and check',
  help: `usage: wuma report recognition --images DIR --out DIR [--pack NAME] [--gallery N,N] [--json]

  --images DIR   the pictures, one folder per person
  --out DIR      where the page, its plots and the figures go
  --pack NAME    model pack (default open)
  --gallery N,N  people enrolled (default half of all, at most 1000)
  --limit N      about so many pictures, for a quick run
  --json         the whole report as one line of JSON on stdout too
                 (wuma report recognition --help tells all; docs/recognition-report.md describes the figures)
`,
  subcommands: [...PROGRAMS.keys()],
  run(args) {
    const [what, ...rest] = args;
    const program = what === undefined ? undefined : PROGRAMS.get(what);
    if (!program) throw new UsageError(`report what? One of: ${[...PROGRAMS.keys()].join(', ')}`);
    const [entry, ...first] = program;
    return runInstead(entry, [...first, ...rest]);
  },
};
