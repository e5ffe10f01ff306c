import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { GENERATED_DOCUMENTS } from './documents.ts';

const HELP = `usage: npm run docs [-- --check]

Writes the documents that are made from the code: ${GENERATED_DOCUMENTS.map(({ path }) => `docs/${path}`).join(', ')}.

  --check  writes nothing; exit code 1 when a file differs from what the code says
`;

function main(argv: readonly string[]): number {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  let stale = 0;
  for (const { path, make } of GENERATED_DOCUMENTS) {
    const file = new URL(`../../docs/${path}`, import.meta.url);
    const text = make();
    const same = existsSync(file) && readFileSync(file, 'utf8') === text;
    if (!same) stale += 1;
    if (!same && !values.check) writeFileSync(file, text);
    const changed = values.check ? 'differs from the code' : 'written';
    process.stdout.write(`docs/${path}: ${same ? 'up to date' : changed}\n`);
  }
  return values.check && stale > 0 ? 1 : 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  // what `parseArgs` throws
  if (!(error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
