import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SYNTHETIC_PICTURE } from './synthetic-picture.ts';

const goldenSchema = z.strictObject({
  /** Which engine gave these values, from which file, and how. */
  madeBy: z.string().min(1),
  picture: z.literal(SYNTHETIC_PICTURE),
  /** |value - expected| must be at most absolute + relative * |expected|. */
  tolerance: z.strictObject({
    absolute: z.number().positive(),
    relative: z.number().nonnegative(),
  }),
  outputs: z
    .array(
      z.strictObject({
        name: z.string(),
        length: z.int().positive(),
        /** Every `step`-th value from the first. */
        step: z.int().positive(),
        values: z.array(z.number()).min(1),
      }),
    )
    .min(1),
});

/** Sampled outputs of a network for the synthetic picture, recorded in an engine other than ours. */
export type Golden = z.infer<typeof goldenSchema>;

/** Folder of the recorded outputs. */
export const GOLDEN_DIR = join(import.meta.dirname, 'goldens');

/** @throws when there is no such golden or it does not parse: it is part of the program */
export async function readGolden(dir: string, file: string): Promise<Golden> {
  return goldenSchema.parse(JSON.parse(await readFile(join(dir, file), 'utf8')));
}

/**
 * Compares outputs with the recorded ones.
 *
 * @param outputs by name
 * @returns what differs, in words, or undefined when all is within tolerance
 */
export function differenceFromGolden(
  golden: Golden,
  outputs: ReadonlyMap<string, Float32Array>,
): string | undefined {
  for (const expected of golden.outputs) {
    const actual = outputs.get(expected.name);
    if (actual?.length !== expected.length) {
      return `output ${expected.name}: ${actual?.length ?? 'no'} values instead of ${expected.length}`;
    }
    for (const [sample, wanted] of expected.values.entries()) {
      const index = sample * expected.step;
      const value = actual[index] ?? Number.NaN;
      const allowed = golden.tolerance.absolute + golden.tolerance.relative * Math.abs(wanted);
      // Written so that NaN fails.
      if (!(Math.abs(value - wanted) <= allowed)) {
        return `output ${expected.name}[${index}] is ${value} instead of ${wanted}`;
      }
    }
  }
  return undefined;
}
