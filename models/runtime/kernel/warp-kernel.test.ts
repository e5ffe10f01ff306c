import { expect, it } from 'vitest';
import { compileKernel, readKernel } from './build-kernel.ts';

it('is what its source compiles to; else run: node models/runtime/kernel/build-kernel.ts', async () => {
  expect(Buffer.from(await compileKernel()).equals(await readKernel())).toBe(true);
});
