import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

const PROGRAM = 'test/powercut/main.ts';

export const powercutCommand: Command = {
  summary: 'play power cuts on a hub under load and look for what is missing',
  help: `usage: wuma powercut [--seed N] [--cuts N] [--payments N] [--plant no-flush] [--json]

  --seed N          of the load and of the cuts (default 1)
  --cuts N          power cuts (default 300)
  --payments N      payments of the load (default 600)
  --plant no-flush  let no flush reach the disk: the fault must be found
  --json            one line of JSON

docs/reliability.md tells what is cut, and how. Wants Linux and a C compiler.
Exit code 1 when anything acknowledged is missing or a ledger does not hold.
`,
  run: (args) => runInstead(PROGRAM, args),
};
