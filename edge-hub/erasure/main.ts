import { runCommandLine } from '../../shared/kernel/command-line.ts';
import { proveErasureCommand } from './command.ts';

process.exitCode = await runCommandLine(proveErasureCommand, process.argv.slice(2));
