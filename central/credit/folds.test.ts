import { expect, it } from 'vitest';
import { splitByFold, stratifiedFolds } from './folds.ts';

it('deals bad and good ones evenly, the same way for the same seed', () => {
  const bad = Uint8Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const foldOf = stratifiedFolds(bad, 5, 'a');
  expect(stratifiedFolds(bad, 5, 'a')).toEqual(foldOf);
  expect(stratifiedFolds(bad, 5, 'b')).not.toEqual(foldOf);
  for (let fold = 0; fold < 5; fold += 1) {
    const { inside, outside } = splitByFold(foldOf, fold);
    expect(new Set([...inside, ...outside]).size).toBe(103);
    expect(Math.abs(inside.length - 103 / 5)).toBeLessThan(1);
    const bads = inside.reduce((sum, row) => sum + (bad[row] ?? 0), 0);
    expect(Math.abs(bads - 11 / 5)).toBeLessThan(1);
  }
});
