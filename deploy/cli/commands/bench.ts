import { UsageError } from '../../../shared/kernel/command-line.ts';
import { type Command } from '../command.ts';
import { runInstead } from '../forward.ts';

/** What can be measured, and the program that does it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  recognition: 'models/bench/main.ts',
  index: 'models/index/bench/main.ts',
  restart: 'edge-hub/snapshot/bench/main.ts',
  insight: 'central/insight/bench/main.ts',
  payments: 'test/bench/commit/main.ts',
  intake: 'test/bench/intake/main.ts',
  latency: 'test/bench/latency/main.ts',
};

export const benchCommand: Command = {
  summary:
    'measure recognition, search, a restart, the lake, payments, latency or intake by itself',
  help: `usage: wuma bench recognition [--pack NAME] [--seconds N] [--pictures DIR] [--json]
       wuma bench index [--rows N] [--dim N] [--queries N] [--seed N] [--threads N] [--only NAME] [--json]
       wuma bench restart [--rows N] [--dim N] [--dir DIR] [--json]
       wuma bench insight [--rows N] [--seed N] [--json]
       wuma bench payments [--rounds N] [--dir DIR] [--json]
       wuma bench intake [--payments N] [--rows N,N] [--buffered N] [--dir DIR] [--json]
       wuma bench latency [--rounds N] [--payments N] [--json]

  recognition      decoding to embedding, bursts of 1, 3 and 5 frames, against the networks alone and a peer
    --pack NAME     model pack (default open)
    --seconds N     time of each measurement (default 6)
    --pictures DIR  pictures with one face each (default .wuma/samples/strangers)
  index            1:N search in a synthetic gallery: ours against sqlite-vec, sqlite-vss, usearch, plain
                   JavaScript and what memory allows, all in one run
    --rows N        templates (default 100000)
    --dim N         values of each, a power of two from 64 to 2048 (default 512)
    --queries N     probes, half of people in the gallery, half of strangers (default 200)
    --seed N        of the gallery; the same again gives the same (default 1)
    --threads N     threads that ours scans with (default 2)
    --only NAME     engines whose name begins so, such as ours or sqlite
  restart          a hub's gallery from its sealed rows into memory, and from the snapshot's files
    --rows N        sealed templates (default 10000)
    --dim N         values of each, a power of two from 64 to 2048 (default 512)
    --dir DIR       folder for the database, kept for the next time (default: a temporary one)
  insight          the lake's projection, and every panel, of one merchant and of a city, against PostgreSQL
    --rows N        payments of a synthetic city (default 1000000)
    --seed N        of the city (default 1)
  payments         payments that a hub puts on the disk, one by one and many at once, against the disk's bare flushes
    --rounds N      of 60 flushes, 60 payments and 256 at once (default 10)
    --dir DIR       folder on the disk that is measured (default: the system's temporary one)
  intake           rows a second that central books, against bare COPY of the same rows, and a hub's outage caught up with
    --payments N    booked and copied in turns, at each size of the book (default 20000)
    --rows N,N      sizes that the book is grown to, and measured at (default 0)
    --buffered N    payments that wait in the hub's stream; 0 for none (default 100000)
    --dir DIR       folder on the disk that is measured (default: the system's temporary one)
  latency          how long a shopper waits with the link to central up, down and flapping
    --rounds N      of payments with each state of the link in turn (default 20)
    --payments N    in each state of a round (default 20)
  --json           one line of JSON

Wants a quiet machine: whatever else runs is measured too.
`,
  subcommands: Object.keys(PROGRAMS),
  run(args) {
    const [what, ...rest] = args;
    const program =
      what !== undefined && Object.hasOwn(PROGRAMS, what) ? PROGRAMS[what] : undefined;
    if (program === undefined) {
      throw new UsageError(`bench what? One of: ${Object.keys(PROGRAMS).join(', ')}`);
    }
    return runInstead(program, rest);
  },
};
