import { runCommandLine, USAGE_EXIT_CODE } from '../../shared/kernel/command-line.ts';
import { trialBalanceCommand, verifyCommand } from './command.ts';

const [what, ...rest] = process.argv.slice(2);
if (what === 'verify') process.exitCode = await runCommandLine(verifyCommand, rest);
else if (what === 'trial-balance')
  process.exitCode = await runCommandLine(trialBalanceCommand, rest);
else {
  process.stderr.write('ledger what? verify or trial-balance\n');
  process.exitCode = USAGE_EXIT_CODE;
}
