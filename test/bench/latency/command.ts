import { type CommandLine, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { LINKS, measureLatency } from './measure.ts';

const HELP = `Measures how long a shopper waits with the link to central up, down, and coming and going.

usage: wuma bench latency [--rounds N] [--payments N] [--json]

  --rounds N    of payments with each state of the link, one state after another (default 20)
  --payments N  in each state of a round, one at a time, at four terminals in turn (default 20)
  --json        one line of JSON on stdout; progress goes to stderr

A real hub with its networks and allowances, its nats-server, central and PostgreSQL, and terminals over MQTT with TLS. Each
time is from the sending of the probe to its result at the terminal, ms.

up, down, flapping   payments, p50, p90 and p99 of each state
p50Ratio, p99Ratio   the slowest state's over the quickest one's; 1.2 of p99 is what is promised
`;

const OPTIONS = {
  rounds: { type: 'string', default: '20' },
  payments: { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
} as const;

export const benchLatencyCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ rounds, payments, json }, io) => {
    const figures = await measureLatency({
      rounds: wholeNumber('rounds', rounds, { least: 1, most: 1_000 }),
      payments: wholeNumber('payments', payments, { least: 1, most: 1_000 }),
      onProgress: (text) => io.writeError(`${text}\n`),
    });
    if (json) {
      io.writeOut(`${JSON.stringify(figures)}\n`);
      return 0;
    }
    for (const link of LINKS) {
      const { payments: count, p50Ms, p90Ms, p99Ms } = figures[link];
      io.writeOut(
        `${link.padEnd(10)}${count} payments: p50 ${p50Ms} ms, p90 ${p90Ms}, p99 ${p99Ms}\n`,
      );
    }
    io.writeOut(
      `p99 of the slowest over the quickest: ${figures.p99Ratio} (p50: ${figures.p50Ratio})\n`,
    );
    return 0;
  },
};
