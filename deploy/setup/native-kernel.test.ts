import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nativeKernelPath } from '../../models/index/kernel/native-kernel.ts';
import { openKernels } from '../../models/index/kernel/open-kernel.ts';
import { createKernelMemory } from '../../models/index/kernel/wasm-kernel.ts';

it('the native kernel is built where the index looks for it, or it is said why not', () => {
  // plain JavaScript that stands for itself, so it is run as the launcher runs it
  const program = `
    import { ensureNativeKernel, nativeKernelState } from './deploy/setup/native-kernel.mjs';
    await ensureNativeKernel(process.execPath);
    process.stdout.write(JSON.stringify(nativeKernelState(process.execPath)));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
  });
  const state = JSON.parse(answer) as { native: boolean; detail: string };
  expect(existsSync(nativeKernelPath())).toBe(state.native);
  if (state.native) {
    expect(openKernels(createKernelMemory())[0]?.name).toMatch(/^native-|^wasm$/);
  } else {
    expect(state.detail).toMatch(/^WebAssembly; native where|^WebAssembly; the native kernel/);
  }
});
