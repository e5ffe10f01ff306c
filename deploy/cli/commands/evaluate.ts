import { type Command, UsageError } from '../command.ts';
import { runInstead } from '../forward.ts';

export const evaluateCommand: Command = {
  summary: 'measure recognition and attack detection on pictures of your own',
  help: `usage: wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--json]

  --images DIR  one folder per person, the person's pictures in it
  --pairs FILE  LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB; without it all pairs
  --pack NAME   model pack (default open)
  --json        one line of JSON: {"pack","images","failureToAcquire","pairs","accuracy","eer","genuine","impostor","tar"}

       wuma evaluate depth --bona-fide DIR [--attack DIR] [--face-model DIR] [--count N] [--seed TEXT] [--json]

  --bona-fide DIR  depth pictures of real faces: *_depth.png, 16 bits, mm
  --attack DIR     depth pictures of attacks, a folder per species; without it they are simulated
  --json           one line of JSON: {"bonaFide","bpcer","attacks","apcer","bySpecies", ...}
                   (wuma evaluate depth --help tells all)
`,
  run(args) {
    const [what, ...rest] = args;
    if (what !== 'faces' && what !== 'depth') throw new UsageError('evaluate what? faces or depth');
    return runInstead('models/evaluation/main.ts', [what, ...rest]);
  },
};
