import { KeyRingError } from '../../models/template-protection/key-ring.ts';
import { UsageError } from '../../shared/kernel/command-line.ts';
import { type Command, type CommandIo } from './command.ts';
import { bankCommand } from './commands/bank.ts';
import { benchCommand } from './commands/bench.ts';
import { chaosCommand } from './commands/chaos.ts';
import { cityCommand } from './commands/city.ts';
import { doctorCommand } from './commands/doctor.ts';
import { enrolCommand } from './commands/enrol.ts';
import { eraseCommand } from './commands/erase.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { natsCommand } from './commands/nats.ts';
import { powercutCommand } from './commands/powercut.ts';
import { providerCommand } from './commands/provider.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { reportCommand } from './commands/report.ts';
import { resyncCommand } from './commands/resync.ts';
import { screenshotsCommand } from './commands/screenshots.ts';
import { settleCommand } from './commands/settle.ts';
import { simulateCommand } from './commands/simulate.ts';
import { templatesCommand } from './commands/templates.ts';
import { HubRefusal, HubUnreachable } from './hub-client.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  bank: bankCommand,
  bench: benchCommand,
  chaos: chaosCommand,
  city: cityCommand,
  doctor: doctorCommand,
  enrol: enrolCommand,
  erase: eraseCommand,
  evaluate: evaluateCommand,
  provider: providerCommand,
  report: reportCommand,
  ledger: ledgerCommand,
  nats: natsCommand,
  powercut: powercutCommand,
  reconcile: reconcileCommand,
  resync: resyncCommand,
  screenshots: screenshotsCommand,
  settle: settleCommand,
  simulate: simulateCommand,
  templates: templatesCommand,
};

const USAGE_CODE = 2;

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return [
    'usage: npm run -s wuma -- COMMAND [options]',
    '',
    ...rows,
    '',
    'COMMAND --help tells more. Results go to stdout, progress to stderr.',
    'Exit codes: 0 done; 1 refused or not reachable; 2 wrong usage.',
  ].join('\n');
}

/** Runs one command line. @returns the exit code */
export async function runCli(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    io.out(overview());
    return name === undefined ? USAGE_CODE : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    io.progress(`there is no command "${name}"\n\n${overview()}`);
    return USAGE_CODE;
  }
  const tellsItself = command.subcommands?.includes(rest[0] ?? '') ?? false;
  if (!tellsItself && (rest.includes('--help') || rest.includes('-h'))) {
    io.out(command.help.trimEnd());
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    return exitCodeOf(error, command, io);
  }
}

function exitCodeOf(error: unknown, command: Command, io: CommandIo): number {
  if (isUsageError(error)) {
    io.progress(`${error.message}\n\n${command.help.trimEnd()}`);
    return USAGE_CODE;
  }
  if (error instanceof HubRefusal) {
    io.progress(`refused (${error.status} ${error.code}): ${error.message}`);
    return 1;
  }
  if (error instanceof HubUnreachable || error instanceof KeyRingError || isFileError(error)) {
    io.progress(error.message);
    return 1;
  }
  throw error;
}

/** Ours, or what `parseArgs` throws. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && codeOf(error).startsWith('ERR_PARSE_ARGS');
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && /^E[A-Z]+$/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
