import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

export const cityCommand: Command = {
  summary: 'simulate a city with known truths, books and lake',
  help: `usage: wuma city [--streets N] [--days N] [--shops N] [--people N] [--seed N] [--until DAY] [--out DIR] [--json]

Simulates a city with planted truths (a week of tourists, a dying shop, two shops that share customers, an evening without a
link, companies that fail), books it in a PostgreSQL of its own, projects it into a lake and writes truth.json beside it.

  --streets N   streets, each with a hub (default 20)
  --days N      days (default 365)
  --shops N     shops a street (default 10)
  --people N    people who live in a street (default 1000)
  --seed N      the same again, until the same day, gives the same city (default 1)
  --until DAY   the last day, a Sunday (default: last Sunday)
  --out DIR     an empty folder; becomes a data folder of central's (default .wuma/city)
  --json        one line of JSON: {"dir","payments","events","files","seconds":{"books","lake"},"truth"}
`,
  run: (args) => runInstead('central/insight/city/main.ts', args),
};
