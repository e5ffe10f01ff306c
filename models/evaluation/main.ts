import { runEvaluateFaces } from './command.ts';

process.exitCode = await runEvaluateFaces(process.argv.slice(2));
