import { SeededRandom, shuffled } from '../../shared/kernel/seeded-random.ts';

/**
 * Which fold each row belongs to, with equally many bad ones in each.
 *
 * @returns a fold from 0 to `folds - 1` for each row; the same for the same seed
 */
export function stratifiedFolds(bad: Uint8Array, folds: number, seed: string): Uint8Array {
  const random = new SeededRandom('folds', seed);
  const foldOf = new Uint8Array(bad.length);
  let next = 0;
  for (const label of [1, 0]) {
    const rows = Array.from(bad.keys()).filter((row) => bad[row] === label);
    for (const row of shuffled(rows, random.next)) {
      foldOf[row] = next % folds;
      next += 1;
    }
  }
  return foldOf;
}

/** The rows in a fold, and those in the others. */
export function splitByFold(
  foldOf: Uint8Array,
  fold: number,
): { readonly inside: Uint32Array; readonly outside: Uint32Array } {
  const inside: number[] = [];
  const outside: number[] = [];
  for (const [row, each] of foldOf.entries()) (each === fold ? inside : outside).push(row);
  return { inside: Uint32Array.from(inside), outside: Uint32Array.from(outside) };
}
