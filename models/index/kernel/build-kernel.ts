import { readFile, writeFile } from 'node:fs/promises';
import { compileAssemblyScript } from './compile-assembly-script.ts';
import { MAXIMUM_PAGES } from './wasm-kernel.ts';

const SOURCE = new URL('./scan-kernel.as', import.meta.url);
const BINARY = new URL('./scan-kernel.wasm', import.meta.url);

/** Compiles the scan kernel; the same source gives the same bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  return compileAssemblyScript(
    await readFile(SOURCE, 'utf8'),
    `--enable threads --enable relaxed-simd --sharedMemory --maximumMemory ${MAXIMUM_PAGES}`,
  );
}

/** What is committed. */
export function readKernel(): Promise<Uint8Array> {
  return readFile(BINARY);
}

if (import.meta.main) await writeFile(BINARY, await compileKernel());
