import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ScanKernel } from './scan-kernel.ts';

/** One instruction set's functions in the addon: as `ScanKernel`, the memory first. */
type NativeLevel = {
  readonly [Name in keyof Omit<Required<ScanKernel>, 'name'>]: (
    memory: Uint8Array,
    ...args: Parameters<Required<ScanKernel>[Name]>
  ) => ReturnType<Required<ScanKernel>[Name]>;
};

/** Best first. */
const LEVELS = ['avx512', 'avx2'] as const;

const SOURCE = new URL('../native/scan-kernel.c', import.meta.url);
const BUILT = new URL('../../../.wuma/native/', import.meta.url);

/**
 * Where set-up puts the addon (deploy/setup/native-kernel.mjs). The source's hash is in its name, so that one
 * built from another source is never loaded.
 */
export function nativeKernelPath(): string {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  return fileURLToPath(
    new URL(`scan-kernel-${process.platform}-${process.arch}-${hash}.node`, BUILT),
  );
}

/**
 * The native kernels that this processor can run, best first; none where the addon was not built. A built
 * addon that does not load counts as none: WebAssembly does the same, only slower.
 */
export function openNativeKernels(memory: WebAssembly.Memory): ScanKernel[] {
  const path = nativeKernelPath();
  if (!existsSync(path)) return [];
  const levels = loadAddon(path);
  return LEVELS.flatMap((name) => {
    const level = levels[name];
    return level ? [bind(`native-${name}`, level, memory)] : [];
  });
}

function loadAddon(path: string): Partial<Record<string, NativeLevel>> {
  try {
    return createRequire(import.meta.url)(path) as Partial<Record<string, NativeLevel>>;
  } catch {
    return {};
  }
}

function bind(name: string, level: NativeLevel, memory: WebAssembly.Memory): ScanKernel {
  // a shared memory never moves, and places past this view's end are reached through its beginning
  const view = new Uint8Array(memory.buffer);
  return {
    name,
    scanInt8: (...args) => level.scanInt8(view, ...args),
    scanBits: (...args) => level.scanBits(view, ...args),
    collect: (...args) => level.collect(view, ...args),
    score: (...args) => level.score(view, ...args),
    read: (...args) => level.read(view, ...args),
    adviseLargePages: (...args) => level.adviseLargePages(view, ...args),
  };
}
