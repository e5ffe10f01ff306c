import { runBenchIndex } from './command.ts';

process.exitCode = await runBenchIndex(process.argv.slice(2));
