import { readFileSync } from 'node:fs';

/** The compiled kernel's functions; see scan-kernel.as. Pointers are byte offsets into the memory. */
export interface ScanKernel {
  readonly scan: (...args: readonly number[]) => void;
  readonly collect: (
    ...args: readonly [bounds: number, n: number, least: number, ids: number]
  ) => number;
  readonly score: (row: number, query: number, d: number) => number;
}

/** Largest dimension whose int32 sums cannot overflow: 127 * 8191 * 2048 < 2^31. */
export const MAX_DIMENSION = 2_048;
/** Steps of the query's int16 quantisation on either side of zero. */
export const QUERY_STEPS = 8_191;
/** The largest memory that 32-bit WebAssembly can address, in pages of 64 KiB; the kernel is compiled for it. */
export const MAXIMUM_PAGES = 65_536;

/** A memory that the kernel can work on and that threads can share; it reserves addresses, not memory. */
export function createKernelMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
}

/** Instantiates the committed kernel over a shared memory. */
export function instantiateKernel(memory: WebAssembly.Memory): ScanKernel {
  const module = new WebAssembly.Module(
    readFileSync(new URL('./scan-kernel.wasm', import.meta.url)),
  );
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as unknown as ScanKernel;
}
