import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tilesOf } from './face-finder.ts';

it('has for every face a tile that holds it whole and in which it is large enough', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 2_048 }),
      fc.integer({ min: 100, max: 2_048 }),
      fc.tuple(share, share, share),
      (width, height, [sizeShare, xShare, yShare]) => {
        const minFacePx = 40;
        const largest = Math.min(width, height);
        const face = minFacePx + sizeShare * (largest - minFacePx);
        const x = xShare * (width - face);
        const y = yShare * (height - face);
        const fitting = tilesOf({ width, height }, minFacePx).filter(
          (tile) =>
            tile.x <= x + 1e-9 &&
            tile.y <= y + 1e-9 &&
            tile.x + tile.width >= x + face - 1e-9 &&
            tile.y + tile.height >= y + face - 1e-9 &&
            face >= 0.1 * Math.max(tile.width, tile.height),
        );
        expect(fitting.length).toBeGreaterThan(0);
      },
    ),
  );
});

it('looks at a small picture once', () => {
  expect(tilesOf({ width: 640, height: 480 }, 70)).toEqual([
    { x: 0, y: 0, width: 640, height: 480 },
  ]);
});
