import { tmpdir } from 'node:os';
import { type CommandLine, wholeNumber } from '../../../shared/kernel/command-line.ts';
import { type IntakeFigures, measureIntake } from './measure.ts';

const HELP = `Measures how many rows a second central books, against bare COPY of the same rows in the same run.

usage: wuma bench intake [--payments N] [--hubs N] [--rows N,N] [--buffered N] [--dir DIR] [--json]

  --payments N  that are booked and copied at each size, in turns of 10000 (default 20000)
  --hubs N      whose streams are read at the same time (default 1)
  --rows N,N    sizes that the book is grown to, in rising order, and measured at (default 0). A payment is four rows
                for good (inbox, payment, entry, posting), and one more that is written with them and stays until it is settled
  --buffered N  payments that wait in a hub's stream while central is away; 0 leaves that out (default 100000)
  --dir DIR     on the disk that is to be measured (default: the system's temporary folder)
  --json        one line of JSON on stdout; progress goes to stderr

sizes      at each size of the book: rowsPerS booked by the intake, copyRowsPerS of COPY into tables without an index or a
           check, indexedCopyRowsPerS of COPY into tables with the book's indexes, ofCopy and ofIndexedCopy their ratios,
           costOfCopies: time of a row against that of a copied one, the measure that other load disturbs least
catchUp    payments that waited in the stream, seconds until all were booked, over real nats-servers
`;

const OPTIONS = {
  payments: { type: 'string', default: '20000' },
  hubs: { type: 'string', default: '1' },
  rows: { type: 'string', default: '0' },
  buffered: { type: 'string', default: '100000' },
  dir: { type: 'string', default: tmpdir() },
  json: { type: 'boolean', default: false },
} as const;

const MOST = 1_000_000_000;

export const benchIntakeCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ payments, hubs, rows, buffered, dir, json }, io) => {
    const figures = await measureIntake({
      dir,
      payments: wholeNumber('payments', payments, { least: 10_000, most: MOST }),
      hubs: wholeNumber('hubs', hubs, { least: 1, most: 20 }),
      sizes: rows.split(',').map((size) => wholeNumber('rows', size, { least: 0, most: MOST })),
      buffered: wholeNumber('buffered', buffered, { least: 0, most: MOST }),
      onProgress: (text) => io.writeError(`${text}\n`),
    });
    io.writeOut(json ? `${JSON.stringify(figures)}\n` : textOf(figures));
    return 0;
  },
};

function textOf({ sizes, catchUp }: IntakeFigures): string {
  const lines = sizes.map(
    (size) =>
      `${size.rowsBefore} rows there: ${Math.round(size.rowsPerS)} rows/s, ${size.ofCopy.toFixed(2)} of bare COPY, ${size.ofIndexedCopy.toFixed(2)} of COPY with the indexes`,
  );
  if (catchUp) lines.push(`${catchUp.payments} that waited: ${catchUp.seconds.toFixed(1)} s`);
  return `${lines.join('\n')}\n`;
}
