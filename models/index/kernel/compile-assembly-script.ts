import { main } from 'assemblyscript/asc';

const FLAGS =
  `kernel.ts --outFile kernel.wasm --optimizeLevel 3 --shrinkLevel 0 --runtime stub --noAssert
  --enable simd --importMemory --initialMemory 1`.split(/\s+/);

/**
 * Compiles a kernel that works on an imported memory and needs no runtime.
 *
 * @param flags further flags of `asc`
 * @throws Error when it does not compile
 */
export async function compileAssemblyScript(source: string, flags = ''): Promise<Uint8Array> {
  let compiled: Uint8Array | undefined;
  let complaint = '';
  const { error } = await main([...FLAGS, ...flags.split(/\s+/).filter(Boolean)], {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm' && typeof contents !== 'string') compiled = contents;
    },
    listFiles: () => [],
    stderr: {
      write: (chunk) => {
        complaint += String(chunk);
      },
    },
  });
  if (error || !compiled) {
    throw new Error(`the kernel does not compile: ${complaint}`, { cause: error });
  }
  return compiled;
}
