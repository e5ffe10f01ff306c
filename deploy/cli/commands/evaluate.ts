import { UsageError } from '../../../shared/kernel/command-line.ts';
import { type Command } from '../command.ts';
import { runInstead } from '../forward.ts';

/** What can be measured: the program, and its first argument where it does several things. */
const PROGRAMS: ReadonlyMap<string, readonly [entry: string, ...first: string[]]> = new Map([
  ['faces', ['models/evaluation/main.ts', 'faces']],
  ['street', ['edge-hub/evaluation/main.ts']],
  ['depth', ['models/evaluation/main.ts', 'depth']],
  ['templates', ['models/evaluation/main.ts', 'templates']],
  ['quality', ['models/evaluation/main.ts', 'quality']],
  ['clv', ['central/evaluation/main.ts', 'clv']],
  ['cohorts', ['central/evaluation/main.ts', 'cohorts']],
  ['covisits', ['central/evaluation/main.ts', 'covisits']],
  ['rules', ['central/evaluation/main.ts', 'rules']],
  ['insight', ['central/insight/city/evaluation-main.ts']],
  ['credit', ['central/evaluation/main.ts', 'credit']],
  ['challenger', ['central/evaluation/main.ts', 'challenger']],
  ['programme', ['central/evaluation/main.ts', 'programme']],
  ['light', ['models/evaluation/main.ts', 'light']],
]);

export const evaluateCommand: Command = {
  summary: 'measure recognition, attack detection, insight and scores on data of your own',
  help: `usage: wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--json]
       wuma evaluate street --images DIR --gallery N [--fpir P] [--repeats R] [--seed S] [--json]

  --images DIR  one folder per person, the person's pictures in it
  --pairs FILE  LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB; without it all pairs
  --pack NAME   model pack (default open)
  --json        one line of JSON: {"pack","images","failureToAcquire","pairs","accuracy","eer","genuine","impostor","tar"}

       wuma evaluate quality --images DIR [--fmr RATE] [--again S] [--failure S] [--pack NAME] [--json]

  What each quality measure predicts: error versus discard, and the limit that costs the shopper the least time

       wuma evaluate depth --bona-fide DIR [--attack DIR] [--face-model DIR] [--count N] [--seed TEXT] [--json]

  --bona-fide DIR  depth pictures of real faces: *_depth.png, 16 bits, mm
  --attack DIR     depth pictures of attacks, a folder per species; without it they are simulated
  --json           one line of JSON: {"bonaFide","bpcer","attacks","apcer","bySpecies", ...}
                   (wuma evaluate depth --help tells all)

       wuma evaluate templates --images DIR [--pack NAME] [--keys N] [--seed S] [--json]

                   what template keys cost in accuracy, and what two cities' templates tell of one another

       wuma evaluate light [--face-model DIR] [--attacks N] [--seed TEXT] [--json]

  the light challenge of terminals without depth, on simulated faces and attacks only

       wuma evaluate clv --transactions FILE [--amount COL] [--until DATE] [--json]
       wuma evaluate cohorts --transactions FILE [--json]
       wuma evaluate covisits --transactions FILE [--k K] [--json]
       wuma evaluate rules --baskets FILE --support S --confidence C [--print] [--json]
       wuma evaluate insight --city DIR [--json]
       wuma evaluate credit --train A --test B --target COL [--exclude a,b] [--model glassbox|woe] [--json]
       wuma evaluate credit --cv 5 --data A --target COL [--exclude a,b] [--model glassbox|woe] [--json]
       wuma evaluate challenger --scorecard FILE --challenger FILE --test FILE --target COL [--json]
       wuma evaluate programme --log FILE [--json]

  customers' lifetime value, retention, shops with customers in common, what is bought together, what
  was planted in a simulated city and what attackers learn of it,
  how good a credit score is, alone and beside a challenger, and whether a programme's log makes its list again; each tells all with --help
`,
  subcommands: [...PROGRAMS.keys()],
  run(args) {
    const [what, ...rest] = args;
    const program = what === undefined ? undefined : PROGRAMS.get(what);
    if (!program) {
      throw new UsageError(`evaluate what? One of: ${[...PROGRAMS.keys()].join(', ')}`);
    }
    const [entry, ...first] = program;
    return runInstead(entry, [...first, ...rest]);
  },
};
