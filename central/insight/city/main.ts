import { systemClock } from '../../../shared/kernel/clock.ts';
import { runCommandLine, UsageError, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { cityTime, lastSunday, weekdayOf } from '../panels/city-time.ts';
import { simulateCity } from './simulated-city.ts';

const HELP = `Simulates a city with known truths: people who live in its streets, tourists, shops that do well and badly. Books it in a
PostgreSQL of its own, projects the books into a lake as central does, and writes what was planted into truth.json.

usage: wuma city [--streets N] [--days N] [--shops N] [--people N] [--seed N] [--until DAY] [--out DIR] [--json]

  --streets N   streets, each with a hub (default 20)
  --days N      days (default 365)
  --shops N     shops a street (default 10)
  --people N    people who live in a street (default 1000)
  --seed N      the same again, until the same day, gives the same city (default 1)
  --until DAY   the last day, a Sunday (default: last Sunday)
  --out DIR     an empty folder; becomes a data folder of central's (default .wuma/city)
  --json        one line of JSON: {"dir","payments","events","files","seconds":{"books","lake"},"truth"}

Planted: a week of tourists, a dying shop, two shops that share their customers, an evening without a link, and companies
that fail. \`wuma evaluate insight --city DIR\` looks for all of them, and attacks what is told of the city.
`;

process.exitCode = await runCommandLine(
  {
    help: HELP,
    options: {
      streets: { type: 'string', default: '20' },
      days: { type: 'string', default: '365' },
      shops: { type: 'string', default: '10' },
      people: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      until: { type: 'string' },
      out: { type: 'string', default: '.wuma/city' },
      json: { type: 'boolean', default: false },
    },
    run: async (values, { writeOut, writeError }) => {
      const city = await simulateCity({
        dir: values.out,
        size: {
          streets: wholeNumber('streets', values.streets, { least: 1, most: 1_000 }),
          days: wholeNumber('days', values.days, { least: 98, most: 3_660 }),
          shopsAStreet: wholeNumber('shops', values.shops, { least: 4, most: 200 }),
          peopleAStreet: wholeNumber('people', values.people, { least: 50, most: 100_000 }),
        },
        seed: wholeNumber('seed', values.seed, { least: 0, most: 1_000_000_000 }),
        lastDay: sunday(values.until),
        progress: (text) => writeError(`${text}\n`),
      });
      const { truth, payments, events, files, seconds } = city;
      writeOut(
        values.json
          ? `${JSON.stringify({ dir: values.out, payments, events, files, seconds, truth })}\n`
          : `${payments} payments from ${truth.from} to ${truth.to} in ${values.out}: booked in ${seconds.books} s, in the lake in ${seconds.lake} s\n`,
      );
      return 0;
    },
  },
  process.argv.slice(2),
);

function sunday(text: string | undefined): string {
  if (text === undefined) return lastSunday(cityTime(systemClock.now(), 'Asia/Shanghai').day);
  if (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    weekdayOf(text) === 7
  ) {
    return text;
  }
  throw new UsageError('--until is a Sunday, 2026-11-29');
}
