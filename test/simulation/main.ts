import { runCommandLine } from '../../shared/kernel/command-line.ts';
import { simulateCommand } from './command.ts';

process.exitCode = await runCommandLine(simulateCommand, process.argv.slice(2));
