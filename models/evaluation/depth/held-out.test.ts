import { expect, it } from 'vitest';
import type { DepthEvidence } from '../../runtime/analysis.ts';
import { heldOutRejection, LIMITED_DEPTH } from './held-out.ts';

const FACE: DepthEvidence = {
  coverage: 1,
  distanceMm: 600,
  mmPerPx: 1.6,
  noiseMm: 0.8,
  interEyeMm: 63,
  planeResidualMm: 11,
  quadricResidualMm: 5,
  noseReliefMm: 20,
  relief: 0.6,
  reliefFit: 0.7,
  reliefWithoutEyes: 0.6,
  reliefBeyondFolds: 0.5,
  steps: 2.5,
};

/** Twenty pictures each of people who differ a little. */
function people(names: readonly string[], change: Partial<DepthEvidence> = {}) {
  return names.flatMap((person) =>
    Array.from({ length: 20 }, (_, i) => ({
      person,
      evidence: { ...FACE, relief: 0.6 + i / 100, ...change },
    })),
  );
}

it('rejects nobody who is like the others', () => {
  expect(heldOutRejection(people(['a', 'b', 'c', 'd']), LIMITED_DEPTH)).toBe(0);
});

it('rejects one whom limits set on the others do not fit', () => {
  const flat = people(['odd'], { relief: 0.2 });
  expect(heldOutRejection([...people(['a', 'b', 'c']), ...flat], LIMITED_DEPTH)).toBeCloseTo(
    0.25,
    6,
  );
  const stepped = people(['odd'], { steps: 6 });
  expect(heldOutRejection([...people(['a', 'b', 'c']), ...stepped], LIMITED_DEPTH)).toBeCloseTo(
    0.25,
    6,
  );
});

it('cannot tell with fewer than three people', () => {
  expect(heldOutRejection(people(['a', 'b']), LIMITED_DEPTH)).toBeUndefined();
});
