import { openNativeKernels } from './native-kernel.ts';
import type { ScanKernel } from './scan-kernel.ts';
import { openWasmKernel } from './wasm-kernel.ts';

/** Every kernel that runs here, best first; WebAssembly is always among them. */
export function openKernels(memory: WebAssembly.Memory): ScanKernel[] {
  return [...openNativeKernels(memory), openWasmKernel(memory)];
}

/**
 * @param wanted the beginning of a kernel's name, such as `native`; by default the best that runs here
 * @throws Error where no such kernel runs
 */
export function openKernel(memory: WebAssembly.Memory, wanted = ''): ScanKernel {
  const kernel = openKernels(memory).find(({ name }) => name.startsWith(wanted));
  if (!kernel) throw new Error(`there is no ${wanted} scan kernel here`);
  return kernel;
}
