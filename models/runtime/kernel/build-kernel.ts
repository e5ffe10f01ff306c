import { readFile, writeFile } from 'node:fs/promises';
import { compileAssemblyScript } from '../../index/kernel/compile-assembly-script.ts';

const SOURCE = new URL('./warp-kernel.as', import.meta.url);
const BINARY = new URL('./warp-kernel.wasm', import.meta.url);

/** Compiles the warp kernel; the same source gives the same bytes. */
export async function compileKernel(): Promise<Uint8Array> {
  return compileAssemblyScript(await readFile(SOURCE, 'utf8'));
}

/** What is committed. */
export function readKernel(): Promise<Uint8Array> {
  return readFile(BINARY);
}

if (import.meta.main) await writeFile(BINARY, await compileKernel());
