import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

const PROGRAM = 'test/chaos/main.ts';

export const chaosCommand: Command = {
  summary: 'break a city of real processes under load, and audit its books',
  help: `usage: wuma chaos [--seed N] [--minutes M] [--dir DIR] [--json]

  --seed N     of the faults and the sales (default 1)
  --minutes M  of load (default 5)
  --dir DIR    keeps databases and logs there (default: a temporary folder)
  --json       one line of JSON

docs/reliability.md tells what is done to whom. Wants Linux (prlimit).
Exit code 1 when anything acknowledged is lost or doubled, or a ledger does not hold.
`,
  run: (args) => runInstead(PROGRAM, args),
};
