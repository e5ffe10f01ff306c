import { type Command, UsageError } from '../command.ts';
import { runInstead } from '../forward.ts';

export const evaluateCommand: Command = {
  summary: 'measure a model pack on pictures of your own',
  help: `usage: wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--json]

  --images DIR  one folder per person, the person's pictures in it
  --pairs FILE  LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB; without it all pairs
  --pack NAME   model pack (default open)
  --json        one line of JSON: {"pack","images","failureToAcquire","pairs","accuracy","eer","genuine","impostor","tar"}
`,
  run(args) {
    const [what, ...rest] = args;
    if (what !== 'faces') throw new UsageError('evaluate what? The only thing is: faces');
    return runInstead('models/evaluation/main.ts', rest);
  },
};
