import { runEvaluateFaces } from './command.ts';
import { USAGE_EXIT_CODE } from './command-io.ts';
import { runEvaluateDepth } from './depth/command.ts';

const [what, ...rest] = process.argv.slice(2);
if (what === 'faces') process.exitCode = await runEvaluateFaces(rest);
else if (what === 'depth') process.exitCode = await runEvaluateDepth(rest);
else {
  process.stderr.write('evaluate what? faces or depth\n');
  process.exitCode = USAGE_EXIT_CODE;
}
