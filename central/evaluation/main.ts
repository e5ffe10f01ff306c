import { USAGE_EXIT_CODE } from '../../shared/kernel/command-line.ts';
import { runEvaluateChallenger } from './challenger-command.ts';
import { runEvaluateClv } from './clv-command.ts';
import { runEvaluateCohorts } from './cohorts-command.ts';
import { runEvaluateCovisits } from './covisits-command.ts';
import { runEvaluateCredit } from './credit-command.ts';
import { runEvaluateProgramme } from './programme-command.ts';
import { runEvaluateRules } from './rules-command.ts';

const COMMANDS = new Map([
  ['clv', runEvaluateClv],
  ['cohorts', runEvaluateCohorts],
  ['covisits', runEvaluateCovisits],
  ['rules', runEvaluateRules],
  ['credit', runEvaluateCredit],
  ['challenger', runEvaluateChallenger],
  ['programme', runEvaluateProgramme],
]);

const [what = '', ...rest] = process.argv.slice(2);
const command = COMMANDS.get(what);
if (command) process.exitCode = await command(rest);
else {
  process.stderr.write(`evaluate what? One of: ${[...COMMANDS.keys()].join(', ')}\n`);
  process.exitCode = USAGE_EXIT_CODE;
}
