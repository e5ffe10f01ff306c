import { expect, it } from 'vitest';
import { judgeLight } from '../../runtime/light-challenge.ts';
import { CANONICAL_SOURCE } from '../depth/face-surface.ts';
import { simulateLight } from './light-presentation.ts';
import type { LightSpecies } from './light-species.ts';

const judged = (species: LightSpecies | 'bona-fide', seed: string) => {
  const { sequence, samples } = simulateLight({ species, faces: CANONICAL_SOURCE, seed });
  return judgeLight(sequence, samples);
};

it('makes the same presentation of the same request', () => {
  const request = { species: 'bona-fide', faces: CANONICAL_SOURCE, seed: '7' } as const;
  expect(simulateLight(request)).toEqual(simulateLight(request));
});

it('shows a face where there is one, and none on paper', () => {
  const face = judged('bona-fide', 'a');
  const sheet = judged('flat-print', 'a');
  expect(face.relief).toBeGreaterThan(0.4);
  expect(Math.abs(sheet.relief)).toBeLessThan(0.2);
});
