import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sigmaMm } from '../../models/evaluation/depth/structured-light.ts';
import { measureDepth } from '../../models/runtime/depth-evidence.ts';
import { decodeDepth } from '../../models/runtime/picture.ts';
import { ATTACK_SPECIES, type Species } from './attack-species.ts';
import { distanceOf, INTER_EYE_MM } from './depth-scene.ts';
import { renderDepth } from './depth-simulator.ts';
import { type FaceShape, MESH_VERTEX } from './face-shape.ts';

const WIDTH = 640;
const HEIGHT = 480;
const FOCAL = 554;
const EYE_PX = 78;
const CENTRE = { x: 320, y: 230 };
const mmPerPx = INTER_EYE_MM / EYE_PX;
const NOSE_MM = 28;

/** A face of known shape, in pixels: a shallow bowl with a nose on it. Zero depth is at the eyes. */
function depthAt(x: number, y: number): number {
  const u = x - CENTRE.x;
  const v = y - CENTRE.y;
  const bowl = (u / 95) ** 2 * 40 + (v / 130) ** 2 * 12;
  const nose = Math.exp(-((u / 26) ** 2) - ((v - 8) / 36) ** 2) * NOSE_MM;
  return (bowl - nose) / mmPerPx;
}

const named: Record<number, readonly [number, number]> = {
  [MESH_VERTEX.forehead]: [0, -120],
  [MESH_VERTEX.chin]: [0, 120],
  [MESH_VERTEX.rightCheek]: [-88, 0],
  [MESH_VERTEX.leftCheek]: [88, 0],
  [MESH_VERTEX.noseTip]: [0, 8],
};

/** 468 vertices spread evenly over an ellipse (Vogel's spiral), the named ones where they belong. */
function syntheticFace(): FaceShape {
  const vertices = new Float64Array(468 * 3);
  for (let i = 0; i < 468; i += 1) {
    const r = Math.sqrt((i + 0.5) / 468);
    const angle = i * Math.PI * (3 - Math.sqrt(5));
    const [u, v] = named[i] ?? [88 * r * Math.cos(angle), 120 * r * Math.sin(angle)];
    vertices.set([CENTRE.x + u, CENTRE.y + v, depthAt(CENTRE.x + u, CENTRE.y + v)], i * 3);
  }
  const eye = (side: number) => {
    const x = CENTRE.x + (side * EYE_PX) / 2;
    const y = CENTRE.y - 30;
    return { x, y, z: depthAt(x, y) };
  };
  return {
    box: { x: CENTRE.x - 90, y: CENTRE.y - 100, width: 180, height: 220 },
    vertices,
    rightEye: eye(-1),
    leftEye: eye(1),
  };
}

const face = syntheticFace();
const mouth = [CENTRE.x - 28, CENTRE.x + 28].map((x) => ({ x, y: CENTRE.y + 55 }));
const outline = Array.from({ length: 36 }, (_, i) => ({
  x: CENTRE.x + 85 * Math.cos((i * Math.PI) / 18),
  y: CENTRE.y + 115 * Math.sin((i * Math.PI) / 18),
}));
const colour = await sharp({
  create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#a08070' },
})
  .jpeg()
  .toBuffer();

const render = (species: Species, seed: number | string = 1) =>
  renderDepth({ colour, focalPx: FOCAL, species, seed, faces: [face] });

function halved(p: { readonly x: number; readonly y: number }) {
  return { x: (p.x + 0.5) / 2 - 0.5, y: (p.y + 0.5) / 2 - 0.5 };
}

async function measured(species: Species, seed: number) {
  const { png, focalPx } = await render(species, seed);
  const depth = decodeDepth(png);
  if (!depth.ok) throw new Error(depth.error);
  const [right, left] = mouth;
  if (!right || !left) throw new Error('a mouth has two corners');
  const nose = { x: CENTRE.x, y: CENTRE.y + 8 };
  const evidence = measureDepth(depth.value, {
    outline: outline.map(halved),
    points: [
      halved(face.rightEye),
      halved(face.leftEye),
      halved(nose),
      halved(right),
      halved(left),
    ],
    focalPx,
  });
  if (!evidence) throw new Error('no surface was found');
  return evidence;
}

describe('the depth of a person', () => {
  it.each([1, 2, 3])(
    'has the eyes of life size and the nose that was modelled (seed %i)',
    async (seed) => {
      const evidence = await measured('bona-fide', seed);
      expect(evidence.distanceMm).toBeGreaterThan(distanceOf(face, FOCAL) - 25);
      expect(evidence.distanceMm).toBeLessThan(distanceOf(face, FOCAL) + 25);
      expect(Math.abs(evidence.interEyeMm - INTER_EYE_MM)).toBeLessThan(3);
      // The nose before the plane of eyes and mouth, from the model itself; the sensor's window rounds the tip off.
      const eyesZ = face.rightEye.z;
      const mouthZ = depthAt(mouth[0]?.x ?? 0, CENTRE.y + 55);
      const plane = eyesZ + ((mouthZ - eyesZ) * (8 + 30)) / (55 + 30);
      const modelled = (plane - depthAt(CENTRE.x, CENTRE.y + 8)) * mmPerPx;
      expect(modelled).toBeGreaterThan(25);
      expect(Math.abs(evidence.noseReliefMm - modelled)).toBeLessThan(4);
      expect(evidence.planeResidualMm).toBeGreaterThan(4);
      expect(evidence.coverage).toBeGreaterThan(0.9);
    },
  );
});

describe('the depth of an artefact', () => {
  it('is a plane within the sensor’s noise for a flat sheet, however it is held', async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const { planeResidualMm, noseReliefMm, distanceMm } = await measured('flat-print', seed);
      expect(planeResidualMm).toBeLessThan(sigmaMm(distanceMm, FOCAL / 2));
      expect(Math.abs(noseReliefMm)).toBeLessThan(3);
    }
  });

  it('is bent, but no face, for bent sheets', async () => {
    for (let seed = 1; seed <= 6; seed += 1) {
      for (const species of ['bent-print-1', 'bent-print-2'] as const) {
        const { planeResidualMm, quadricResidualMm, distanceMm } = await measured(species, seed);
        expect(planeResidualMm).toBeGreaterThan(1.2);
        expect(quadricResidualMm).toBeLessThan(sigmaMm(distanceMm, FOCAL / 2));
      }
    }
  });

  it('is near and small for a phone', async () => {
    const { interEyeMm, planeResidualMm } = await measured('phone-screen', 1);
    expect(interEyeMm).toBeLessThan(40);
    expect(planeResidualMm).toBeLessThan(1);
  });
});

describe('a depth picture', () => {
  it('is 16-bit, half the size, and the same for the same seed only', async () => {
    for (const species of ['bona-fide', ...ATTACK_SPECIES] as const) {
      const [first, again, other] = await Promise.all([
        render(species, 'a'),
        render(species, 'a'),
        render(species, 'b'),
      ]);
      expect(Buffer.from(first.png).equals(Buffer.from(again.png))).toBe(true);
      expect(Buffer.from(first.png).equals(Buffer.from(other.png))).toBe(false);
    }
    const { png, focalPx } = await render('bona-fide');
    const { width, height, depth, channels } = await sharp(png).metadata();
    expect({ width, height, depth, channels }).toEqual({
      width: 320,
      height: 240,
      depth: 'ushort',
      channels: 1,
    });
    expect(focalPx).toBe(FOCAL / 2);
  });
});
