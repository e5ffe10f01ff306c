import { describe, expect, it } from 'vitest';
import { ARTEFACT_SPECIES, type ArtefactSpecies } from './artefacts.ts';
import { DEPTH_CAMERAS } from './depth-cameras.ts';
import { judgeDepth } from './depth-verdict.ts';
import { CANONICAL_SOURCE } from './face-surface.ts';
import { HELD_MM, type Presentation, simulatePresentation } from './presentations.ts';

const EACH = 6;

function shown(species: ArtefactSpecies | 'bona-fide', seed: number): Presentation {
  const camera = DEPTH_CAMERAS[seed % DEPTH_CAMERAS.length];
  if (!camera) throw new Error('there is a camera');
  return simulatePresentation({ species, camera, faces: CANONICAL_SOURCE, seed });
}

describe('a simulated presentation', () => {
  it('is the same for the same seed only', () => {
    const first = shown('cut-out-nose', 1);
    expect(shown('cut-out-nose', 1).picture.data).toEqual(first.picture.data);
    expect(shown('cut-out-nose', 3).picture.data).not.toEqual(first.picture.data);
  });

  it.each([...ARTEFACT_SPECIES, 'bona-fide' as const])(
    '%s is held in range, with the face on the picture',
    (species) => {
      for (let seed = 1; seed <= EACH; seed += 1) {
        const { picture, points, distanceMm } = shown(species, seed);
        expect(distanceMm).toBeGreaterThanOrEqual(HELD_MM.from);
        expect(distanceMm).toBeLessThanOrEqual(HELD_MM.to);
        for (const { x, y } of points) {
          expect(x).toBeGreaterThan(0);
          expect(x).toBeLessThan(picture.width);
          expect(y).toBeGreaterThan(0);
          expect(y).toBeLessThan(picture.height);
        }
        expect(points[0].x).toBeLessThan(points[1].x);
        expect(points[3].y).toBeGreaterThan(points[0].y);
      }
    },
  );

  it('has the surface that its species says', () => {
    for (let seed = 1; seed <= EACH; seed += 1) {
      const evidence = (species: ArtefactSpecies | 'bona-fide') => {
        const presentation = shown(species, seed);
        return judgeDepth({ depth: presentation.picture }, presentation.focalPx, presentation)
          .evidence;
      };
      const flat = evidence('flat-print');
      expect(flat?.quadricResidualMm).toBeLessThan(1 + 1.2 * (flat?.noiseMm ?? 0));
      expect(Math.abs(flat?.relief ?? 1)).toBeLessThan(0.2);
      expect(Math.abs(evidence('bent-print-2')?.relief ?? 1)).toBeLessThan(0.2);
      expect(evidence('mask')?.noseReliefMm).toBeGreaterThan(12);
      expect(evidence('bona-fide')?.noseReliefMm).toBeGreaterThan(12);
    }
  });
});

describe('the product’s check', () => {
  it.each(ARTEFACT_SPECIES.filter((species) => species !== 'mask'))('refuses %s', (species) => {
    for (let seed = 1; seed <= EACH; seed += 1) {
      const presentation = shown(species, seed);
      const { failed } = judgeDepth(
        { depth: presentation.picture },
        presentation.focalPx,
        presentation,
      );
      expect(failed).not.toEqual([]);
    }
  });

  it('accepts simulated faces that the sensor sees well enough', () => {
    let seen = 0;
    let accepted = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const presentation = shown('bona-fide', seed);
      const { failed } = judgeDepth(
        { depth: presentation.picture },
        presentation.focalPx,
        presentation,
      );
      if (failed.includes('depth_coarse')) continue;
      seen += 1;
      if (failed.length === 0) accepted += 1;
    }
    expect(seen).toBeGreaterThan(8);
    expect(accepted / seen).toBeGreaterThan(0.85);
  });
});
