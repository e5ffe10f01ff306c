import { runCommandLine } from '../../../shared/kernel/command-line.ts';
import { benchIntakeCommand } from './command.ts';

process.exitCode = await runCommandLine(benchIntakeCommand, process.argv.slice(2));
