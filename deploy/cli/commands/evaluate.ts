import { type Command, UsageError } from '../command.ts';
import { runInstead } from '../forward.ts';

const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['faces', 'models/evaluation/main.ts'],
  ['street', 'edge-hub/evaluation/main.ts'],
]);

export const evaluateCommand: Command = {
  summary: 'measure a model pack on pictures of your own',
  help: `usage: wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--json]
       wuma evaluate street --images DIR --gallery N [--fpir P] [--repeats R] [--seed S] [--json]

  --images DIR  one folder per person, the person's pictures in it
  --pairs FILE  LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB; without it all pairs
  --pack NAME   model pack (default open)
  --json        one line of JSON: {"pack","images","failureToAcquire","pairs","accuracy","eer","genuine","impostor","tar"}
`,
  run(args) {
    const [what, ...rest] = args;
    const program = what === undefined ? undefined : PROGRAMS.get(what);
    if (!program)
      throw new UsageError(`evaluate what? There is: ${[...PROGRAMS.keys()].join(', ')}`);
    return runInstead(program, rest);
  },
};
