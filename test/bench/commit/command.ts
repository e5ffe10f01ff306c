import { tmpdir } from 'node:os';
import { type CommandLine, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { measureCommits } from './measure.ts';

const HELP = `Measures how many payments a hub puts on the disk.

usage: wuma bench payments [--rounds N] [--dir DIR] [--json]

  --rounds N  of 60 bare flushes, 60 payments one by one and 256 from 16 terminals at once (default 10)
  --dir DIR   on the disk that is to be measured (default: the system's temporary folder)
  --json      one line of JSON on stdout; progress goes to stderr

bareFlushesPerS   a page of 4 KiB written and flushed, again and again, without a hub
oneByOnePerS      payments, each answered before the next is sent; oneByOneOfBare is their ratio
underLoadPerS     payments of 16 terminals at once, which share flushes; underLoadOfBare is the ratio
oneByOneCpuMs     processor time of the hub's main thread for a payment; underLoadCpuMs under load
flushesPerPayment of payments one by one; paymentsPerFlush under load
`;

const OPTIONS = {
  rounds: { type: 'string', default: '10' },
  dir: { type: 'string', default: tmpdir() },
  json: { type: 'boolean', default: false },
} as const;

export const benchPaymentsCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ rounds, dir, json }, io) => {
    const figures = await measureCommits({
      dir,
      rounds: wholeNumber('rounds', rounds, { least: 1, most: 1_000 }),
      onProgress: (text) => io.writeError(`${text}\n`),
    });
    if (json) io.writeOut(`${JSON.stringify(figures)}\n`);
    else {
      for (const [name, value] of Object.entries<number>({ ...figures })) {
        io.writeOut(`${name.padEnd(18)}${Number(value.toPrecision(4))}\n`);
      }
    }
    return 0;
  },
};
