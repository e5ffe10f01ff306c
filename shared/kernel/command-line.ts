import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Exit code of a command line that cannot be understood. */
export const USAGE_EXIT_CODE = 2;

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a command writes: its result on stdout, all else on stderr. */
export interface CommandIo {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

export const PROCESS_IO: CommandIo = {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
};

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O }>
>['values'];

/** A command of a program: its help, its options, and what it does with their values. */
export interface CommandLine<O extends Options> {
  readonly help: string;
  /** `help` is added. */
  readonly options: O;
  /** Whether a fault is the caller's: a file that is not there, a pack that is not installed. */
  readonly isUsage?: (error: unknown) => boolean;
  /** @returns the exit code */
  readonly run: (values: Values<O>, io: CommandIo) => Promise<number>;
}

/**
 * Runs a command line: `--help`, else the command; what it throws is told on stderr in its own words.
 *
 * @returns the command's exit code; 2 for wrong usage, 1 for any other fault
 */
export async function runCommandLine<const O extends Options>(
  command: CommandLine<O>,
  argv: readonly string[],
  io: CommandIo = PROCESS_IO,
): Promise<number> {
  try {
    if (argv.includes('--help') || argv.includes('-h')) {
      io.writeOut(command.help);
      return 0;
    }
    return await command.run(parsed(argv, command.options), io);
  } catch (error) {
    io.writeError(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError || command.isUsage?.(error) ? USAGE_EXIT_CODE : 1;
  }
}

function parsed<O extends Options>(argv: readonly string[], options: O): Values<O> {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** @throws UsageError unless the option's text is a whole number in the range, both ends included */
export function wholeNumber(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a whole number from ${least} to ${most}`);
}

/** @throws UsageError when an option that must be there is not */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${option} is needed`);
  return value;
}

/** Lets a call through now and then, for progress on long work. @param always true for what must be told */
export function nowAndThen(intervalMs = 2_000): (always?: boolean) => boolean {
  let nextAt = 0;
  return (always = false) => {
    const now = performance.now();
    if (now < nextAt && !always) return false;
    nextAt = now + intervalMs;
    return true;
  };
}
