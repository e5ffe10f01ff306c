import { KeyRingError } from '../../models/template-protection/key-ring.ts';
import { UsageError } from '../../shared/kernel/command-line.ts';
import type { Command, CommandIo, ProgramCommand } from './command.ts';
import { bankCommand } from './commands/bank.ts';
import { benchCommand } from './commands/bench.ts';
import { doctorCommand } from './commands/doctor.ts';
import { enrolCommand } from './commands/enrol.ts';
import { eraseCommand } from './commands/erase.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { natsCommand } from './commands/nats.ts';
import { providerCommand } from './commands/provider.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { reportCommand } from './commands/report.ts';
import { resyncCommand } from './commands/resync.ts';
import { screenshotsCommand } from './commands/screenshots.ts';
import { settleCommand } from './commands/settle.ts';
import { templatesCommand } from './commands/templates.ts';
import { runInstead } from './forward.ts';
import { HubRefusal, HubUnreachable } from './hub-client.ts';

const COMMANDS: Readonly<Record<string, Command | ProgramCommand>> = {
  bank: bankCommand,
  bench: benchCommand,
  chaos: {
    summary: 'break a city of real processes under load, and audit its books',
    program: 'test/chaos/main.ts',
  },
  city: {
    summary: 'simulate a city with known truths, books and lake',
    program: 'central/insight/city/main.ts',
  },
  doctor: doctorCommand,
  enrol: enrolCommand,
  erase: eraseCommand,
  evaluate: evaluateCommand,
  provider: providerCommand,
  report: reportCommand,
  ledger: ledgerCommand,
  nats: natsCommand,
  powercut: {
    summary: 'play power cuts on a hub under load and look for what is missing',
    program: 'test/powercut/main.ts',
  },
  reconcile: reconcileCommand,
  resync: resyncCommand,
  screenshots: screenshotsCommand,
  settle: settleCommand,
  simulate: {
    summary: 'simulate days of a city in one process, with faults by the seed, and audit its books',
    program: 'test/simulation/main.ts',
  },
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
  if ('program' in command) return runInstead(command.program, rest);
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
