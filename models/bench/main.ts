import { runBenchRecognition } from './command.ts';

process.exitCode = await runBenchRecognition(process.argv.slice(2));
