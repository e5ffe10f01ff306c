import { readFileSync } from 'node:fs';
import type { ScanKernel } from './scan-kernel.ts';

/** The largest memory that 32-bit WebAssembly can address, in pages of 64 KiB; the kernel is compiled for it. */
export const MAXIMUM_PAGES = 65_536;

/** A memory that the kernels can work on and that threads can share; it reserves addresses, not memory. */
export function createKernelMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
}

/** Makes the codes of rows, for whichever kernel scans them; see scan-kernel.as. */
export interface RowEncoder {
  readonly encodeRow: (
    ...args: readonly [exact: number, codes: number, signs: number, figures: number, d: number]
  ) => void;
}

/** Instantiates the committed kernel over a shared memory. Runs wherever Node 24 runs. */
export function openWasmKernel(memory: WebAssembly.Memory): ScanKernel & RowEncoder {
  const module = new WebAssembly.Module(
    readFileSync(new URL('./scan-kernel.wasm', import.meta.url)),
  );
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const functions = instance.exports as unknown as Omit<ScanKernel, 'name'> & RowEncoder;
  return { name: 'wasm', ...functions };
}
