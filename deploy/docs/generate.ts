import { writeFile } from 'node:fs/promises';
import { generateAsyncApi } from './asyncapi.ts';

/** Every generated document: its path below `docs/`, and what makes it. */
const DOCUMENTS: readonly (readonly [path: string, make: () => string | Promise<string>])[] = [
  ['asyncapi.yaml', generateAsyncApi],
];

for (const [path, make] of DOCUMENTS) {
  await writeFile(new URL(`../../docs/${path}`, import.meta.url), await make());
  process.stdout.write(`docs/${path}\n`);
}
