import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

const PROGRAM = 'test/simulation/main.ts';

export const simulateCommand: Command = {
  summary: 'simulate days of a city in one process, with faults by the seed, and audit its books',
  help: `usage: wuma simulate [--seed N] [--seeds COUNT] [--hours H] [--hubs K] [--threads N] [--plant BUG] [--log FILE] [--json]

  --seed N       the first seed (default 1)
  --seeds COUNT  how many, from the first on (default 1; with --plant all up to 100 for each)
  --hours H      of sales (default 24)
  --hubs K       (default 20)
  --threads N    so many seeds at once (default 1)
  --plant BUG    give the run a bug that must be found: lost-prefix, lost-middle, lost-tail,
                 duplicated, overdrawn, unbalanced, chain-broken, stream-trusted;
                 all: each in turn, until the audit has found it
  --log FILE     the event log, line by line
  --json         one line of JSON

The same seed is the same run. docs/reliability.md tells what fails, and how.
Exit code 1 when anything is lost, doubled, overdrawn, out of balance or broken.
`,
  run: (args) => runInstead(PROGRAM, args),
};
