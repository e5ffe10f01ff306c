import { readFile, writeFile } from 'node:fs/promises';
import { main } from 'assemblyscript/asc';
import { MAXIMUM_PAGES } from './scan-kernel.ts';

const SOURCE = new URL('./scan-kernel.as', import.meta.url);
const BINARY = new URL('./scan-kernel.wasm', import.meta.url);

const FLAGS =
  `kernel.ts --outFile kernel.wasm --optimizeLevel 3 --shrinkLevel 0 --runtime stub --noAssert
  --enable simd --enable threads --importMemory --sharedMemory --initialMemory 1
  --maximumMemory ${MAXIMUM_PAGES}`.split(/\s+/);

/** Compiles the scan kernel; the same source gives the same bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  const source = await readFile(SOURCE, 'utf8');
  let compiled: Uint8Array | undefined;
  const { error } = await main(FLAGS, {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm' && typeof contents !== 'string') compiled = contents;
    },
    listFiles: () => [],
  });
  if (error || !compiled) throw new Error('the kernel does not compile', { cause: error });
  return compiled;
}

/** What is committed. */
export function readKernel(): Promise<Uint8Array> {
  return readFile(BINARY);
}

if (import.meta.main) await writeFile(BINARY, await compileKernel());
