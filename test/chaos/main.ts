import { runCommandLine } from '../../shared/kernel/command-line.ts';
import { chaosCommand } from './command.ts';

process.exitCode = await runCommandLine(chaosCommand, process.argv.slice(2));
