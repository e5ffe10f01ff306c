import { USAGE_EXIT_CODE } from '../../shared/kernel/command-line.ts';
import { runEvaluateTemplates } from '../template-protection/command.ts';
import { runEvaluateFaces } from './command.ts';
import { runEvaluateDepth } from './depth/command.ts';
import { runEvaluateLight } from './light/command.ts';
import { runEvaluateQuality } from './quality/command.ts';

const [what, ...rest] = process.argv.slice(2);
if (what === 'faces') process.exitCode = await runEvaluateFaces(rest);
else if (what === 'depth') process.exitCode = await runEvaluateDepth(rest);
else if (what === 'templates') process.exitCode = await runEvaluateTemplates(rest);
else if (what === 'quality') process.exitCode = await runEvaluateQuality(rest);
else if (what === 'light') process.exitCode = await runEvaluateLight(rest);
else {
  process.stderr.write('evaluate what? faces, depth, templates, quality or light\n');
  process.exitCode = USAGE_EXIT_CODE;
}
