import { runBenchRestart } from './command.ts';

process.exitCode = await runBenchRestart(process.argv.slice(2));
