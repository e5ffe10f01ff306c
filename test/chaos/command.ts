import { type CommandLine, wholeNumber } from '../../shared/kernel/command-line.ts';
import { runChaos } from './run.ts';

const HELP = `Breaks a city of real processes under load, and audits its books.

usage: wuma chaos [--seed N] [--minutes M] [--cluster] [--dir DIR] [--json]

Two hubs with four terminals each, their nats-servers, central's nats-server, central and its PostgreSQL. Faults follow one
another, each kind at least once: kill -9 of each of them, the link to central cut, slow, one-way and repeating bytes, a
hub's clock set wrong, a hub's disk full, a hub or central standing still (SIGSTOP). docs/reliability.md tells more.

  --seed N     of the faults and the sales (default 1)
  --minutes M  of load (default 5)
  --cluster    central has three nats-servers that keep hubs' streams in three copies; the only fault is that the
               server which leads a hub's stream is killed, again and again, and no terminal may notice
  --dir DIR    keeps databases and logs there (default: a temporary folder)
  --json       one line of JSON on stdout; progress goes to stderr

Exit code 1 when a payment that a terminal was told of is lost or doubled, more was spent than there is, or a ledger does not
hold; with --cluster also when a look at a terminal did not end paid. Wants Linux (prlimit).
`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '5' },
  cluster: { type: 'boolean', default: false },
  dir: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const chaosCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ seed, minutes, cluster, dir, json }, io) => {
    const result = await runChaos({
      seed: wholeNumber('seed', seed, { least: 0, most: 2 ** 32 - 1 }),
      minutes: wholeNumber('minutes', minutes, { least: 1, most: 24 * 60 }),
      cluster,
      dir,
      progress: (text) => io.writeError(`${text}\n`),
    });
    const { faults, fallen, ...figures } = result;
    if (json) io.writeOut(`${JSON.stringify(result)}\n`);
    else {
      for (const [name, value] of [...Object.entries(figures), ...Object.entries(faults)]) {
        io.writeOut(`${name.padEnd(18)}${Math.round(value)}\n`);
      }
      io.writeOut(`${'fallen'.padEnd(18)}${fallen.join(', ') || '-'}\n`);
    }
    const { lost, duplicated, overdrawn, unbalanced, chainBreaks } = result;
    const noticed = cluster ? result.failedLooks : 0;
    return lost + duplicated + overdrawn + unbalanced + chainBreaks + noticed === 0 ? 0 : 1;
  },
};
