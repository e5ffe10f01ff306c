import { runCommandLine } from '../../../shared/kernel/command-line.ts';
import { benchPaymentsCommand } from './command.ts';

process.exitCode = await runCommandLine(benchPaymentsCommand, process.argv.slice(2));
