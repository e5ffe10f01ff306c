import { runCommandLine } from '../../../shared/kernel/command-line.ts';
import { benchLatencyCommand } from './command.ts';

process.exitCode = await runCommandLine(benchLatencyCommand, process.argv.slice(2));
