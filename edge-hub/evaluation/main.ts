import { runEvaluateStreet } from './command.ts';

process.exitCode = await runEvaluateStreet(process.argv.slice(2));
