import { runCommandLine } from '../../shared/kernel/command-line.ts';
import { powercutCommand } from './command.ts';

process.exitCode = await runCommandLine(powercutCommand, process.argv.slice(2));
