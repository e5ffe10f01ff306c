import { runCommandLine, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { benchInsight, type InsightBench } from './bench-insight.ts';

const HELP = `Projects the books of a synthetic city into a lake, and asks every panel of one merchant and of the whole city: of the
lake's store, and the same of PostgreSQL, in one run.

  wuma bench insight [--rows N] [--seed N] [--json]

  --rows N  payments (default 1000000)
  --seed N  of the city; the same again gives the same (default 1)
  --json    one line of JSON: {"rows","projection":{"events","files","seconds","loadSeconds","eventsPerSecond",
            "copyEventsPerSecond","share"},"panels":[{"panel","merchant":{"p50Ms","postgresP50Ms"},"city":{"p50Ms","postgresP50Ms"}}],"sameAnswers"}

Takes some minutes and, at five million payments, 4 GB of disk. Wants a quiet machine. Exit code 1 where the engines disagree.
`;

process.exitCode = await runCommandLine(
  {
    help: HELP,
    options: {
      rows: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
    run: async (values, { writeOut, writeError }) => {
      const result = await benchInsight({
        rows: wholeNumber('rows', values.rows, { least: 10_000, most: 100_000_000 }),
        seed: wholeNumber('seed', values.seed, { least: 0, most: 1_000_000 }),
        progress: (text) => writeError(`${text}\n`),
      });
      writeOut(values.json ? `${JSON.stringify(result)}\n` : tableOf(result));
      return result.sameAnswers ? 0 : 1;
    },
  },
  process.argv.slice(2),
);

function tableOf({ projection, panels, sameAnswers }: InsightBench): string {
  const rows = panels.map(
    ({ panel, merchant, city }) =>
      `${panel.padEnd(10)} ${cell(merchant.p50Ms)} ${cell(merchant.postgresP50Ms)} ${cell(city.p50Ms)} ${cell(city.postgresP50Ms)}`,
  );
  return [
    `projected: ${projection.events} events in ${projection.seconds} s, ${projection.eventsPerSecond} a second (${projection.share} of bare COPY)`,
    'p50, ms      merchant PostgreSQL       city PostgreSQL',
    ...rows,
    `the same answers: ${sameAnswers ? 'yes' : 'no'}`,
    '',
  ].join('\n');
}

function cell(ms: number): string {
  return ms.toFixed(1).padStart(10);
}
