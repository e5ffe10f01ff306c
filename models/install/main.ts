import { runInstallCommand } from './command.ts';
import { readInstallEnv } from './env.ts';

process.exitCode = await runInstallCommand({
  args: process.argv.slice(2),
  modelSource: readInstallEnv().modelSource,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
