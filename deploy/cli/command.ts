/** Where a command writes: its result alone on stdout, everything for the eye on stderr. */
export interface CommandIo {
  out(text: string): void;
  progress(text: string): void;
}

export interface Command {
  /** One line of the overview. */
  readonly summary: string;
  readonly help: string;
  /** What may follow the command's name and has a help of its own. */
  readonly subcommands?: readonly string[];
  /**
   * @returns the exit code: 0 done, 1 refused or not reachable
   * @throws UsageError (exit code 2, with the command's help) for arguments that make no sense
   */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** A command that another program of ours is: it tells its help, and what is wrong with its arguments, itself. */
export interface ProgramCommand {
  readonly summary: string;
  /** Its entry, from the root of the checkout. */
  readonly program: string;
}

/** `a, b` as a list without empty items. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
