import { type Command, UsageError } from '../command.ts';
import { runInstead } from '../forward.ts';

/** What can be timed, and the program that does it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  recognition: 'models/bench/main.ts',
};

export const benchCommand: Command = {
  summary: 'time recognition against the networks alone and against a peer',
  help: `usage: wuma bench recognition [--pack NAME] [--seconds N] [--pictures DIR] [--json]

  recognition      decoding to embedding, bursts of 1, 3 and 5 frames
    --pack NAME     model pack (default open)
    --seconds N     time of each measurement (default 6)
    --pictures DIR  pictures with one face each (default .wuma/samples/strangers)
  --json           one line of JSON

Wants a quiet machine: whatever else runs is measured too.
`,
  run(args) {
    const [what, ...rest] = args;
    const program =
      what !== undefined && Object.hasOwn(PROGRAMS, what) ? PROGRAMS[what] : undefined;
    if (program === undefined) {
      throw new UsageError(`bench what? One of: ${Object.keys(PROGRAMS).join(', ')}`);
    }
    return runInstead(program, rest);
  },
};
