import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel, readKernel } from './build-kernel.ts';
import { openNativeKernels } from './native-kernel.ts';
import { BLOCK_ROWS, type ScanKernel } from './scan-kernel.ts';
import { createKernelMemory, openWasmKernel } from './wasm-kernel.ts';

it('is what its source compiles to; else run: node models/index/kernel/build-kernel.ts', async () => {
  expect(Buffer.from(await compileKernel()).equals(await readKernel())).toBe(true);
});

const memory = createKernelMemory();
memory.grow(15);
const kernels: ScanKernel[] = [openWasmKernel(memory), ...openNativeKernels(memory)];

/** Places of everything a case needs, 64 kB each. */
const SPACE = 65_536;
const A = SPACE;
const B = 2 * SPACE;
const C = 3 * SPACE;
const D = 4 * SPACE;
const E = 5 * SPACE;
const OUT = 6 * SPACE;
const IDS = 7 * SPACE;
const ROWS = 48;
const WIDTHS = [64, 128, 192, 512, 1_024];

/** Fills an array in the memory and returns it. */
function put<T extends Int8Array | Uint8Array | Int32Array | Float32Array>(
  type: new (buffer: ArrayBufferLike, at: number, length: number) => T,
  at: number,
  values: readonly number[],
): T {
  const array = new type(memory.buffer, at, values.length);
  array.set(values);
  return array;
}

const out = (n: number): number[] => [...new Float32Array(memory.buffer, OUT, n)];
const sample = (n: number, most: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.round(Math.sin(seed + i * 12.9898) * most));

describe.each(kernels.map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
  it('bounds rows as plain arithmetic does, bit for bit, also at the ends of the codes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WIDTHS), fc.integer(), fc.boolean(), (width, seed, ends) => {
        const codes = put(Int8Array, A, sample(ROWS * width, 127, seed));
        if (ends) codes.fill(seed % 2 === 0 ? 127 : -127);
        const query = put(
          Uint8Array,
          B,
          sample(width, 63, seed + 1).map((step) => step + 64),
        );
        if (ends) query.fill(127);
        const row = (r: number): Int8Array => codes.subarray(r * width, (r + 1) * width);
        const all = Array.from({ length: ROWS }, (__, r) => r);
        put(
          Int32Array,
          C,
          all.map((r) => row(r).reduce((sum, code) => sum + code, 0)),
        );
        const scales = put(
          Float32Array,
          D,
          all.map((r) => 0.001 + r * 1e-5),
        );
        const slack = put(
          Float32Array,
          E,
          all.map((r) => r * 1e-4),
        );
        const unit = Math.fround(0.0037);
        kernel.scanInt8(A, B, C, D, E, OUT, ROWS, width, unit);
        const { fround } = Math;
        expect(out(ROWS)).toEqual(
          all.map((r) => {
            const sum = row(r).reduce((s, code, i) => s + code * ((query[i] as number) - 64), 0);
            const scaled = fround(fround(fround(sum) * (scales[r] as number)) * unit);
            return fround(scaled + (slack[r] as number));
          }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('looks signs up as plain arithmetic does, bit for bit', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WIDTHS), fc.integer(), (width, seed) => {
        const bytes = width / 8;
        const codes = put(Uint8Array, A, sample(ROWS * bytes, 255, seed).map(Math.abs));
        const low = put(Uint8Array, B, sample(bytes * 16, 127, seed + 1).map(Math.abs));
        const high = put(Uint8Array, C, sample(bytes * 16, 127, seed + 2).map(Math.abs));
        if (seed % 3 === 0) for (const table of [low, high]) table.fill(127);
        const factors = put(
          Float32Array,
          D,
          sample(ROWS, 90, seed).map((value) => value / 100),
        );
        const [unit, base] = [Math.fround(0.0021), Math.fround(-3.3)] as const;
        kernel.scanBits(A, B, C, D, OUT, ROWS / BLOCK_ROWS, bytes, unit, base);
        const { fround } = Math;
        expect(out(ROWS)).toEqual(
          [...factors].map((factor, r) => {
            let sum = 0;
            for (let j = 0; j < bytes; j += 1) {
              const at = (Math.floor(r / BLOCK_ROWS) * bytes + j) * BLOCK_ROWS + (r % BLOCK_ROWS);
              const code = codes[at] as number;
              sum += (low[j * 16 + (code & 15)] as number) + (high[j * 16 + (code >> 4)] as number);
            }
            return fround(fround(fround(sum * unit) + base) * factor);
          }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('collects what is not less, in order, whatever the number of values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true }), { maxLength: 70 }),
        fc.nat(69),
        (all, pick) => {
          const values = [...put(Float32Array, A, all)];
          const least = values[pick] ?? 0;
          const count = kernel.collect(A, values.length, least, IDS);
          expect([...new Uint32Array(memory.buffer, IDS, count)]).toEqual(
            values.flatMap((value, i) => (value >= least ? [i] : [])),
          );
        },
      ),
    );
  });

  it('scores rows wherever they lie', () => {
    const width = 192;
    const rows = put(
      Float32Array,
      A,
      sample(8 * width, 100, 3).map((value) => value / 1_000),
    );
    const query = put(
      Float32Array,
      B,
      sample(width, 100, 4).map((value) => value / 1_000),
    );
    const wanted = [5, 0, 7, 5];
    put(
      Int32Array,
      C,
      wanted.map((r) => A + r * width * 4),
    );
    kernel.score(C, B, OUT, wanted.length, width);
    for (const [i, r] of wanted.entries()) {
      const plain = query.reduce(
        (sum, value, k) => sum + value * (rows[r * width + k] as number),
        0,
      );
      expect(out(4)[i]).toBeCloseTo(plain, 5);
    }
  });
});
