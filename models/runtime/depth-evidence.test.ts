import { describe, expect, it } from 'vitest';
import type { DepthEvidence, FivePoints } from './analysis.ts';
import { measureDepth } from './depth-evidence.ts';
import { failedDepthChecks } from './presentation-attack.ts';

const WIDTH = 640;
const HEIGHT = 480;
const FOCAL_PX = 600;
const DISTANCE_MM = 550;
/** Picture pixels per mm at that distance. */
const PX_PER_MM = FOCAL_PX / DISTANCE_MM;

/** A repeatable noise: LCG, uniform in -1..1. */
function noiseMaker(): () => number {
  let state = 12_345;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  };
}

/** Depth of a surface given by its height before the distance, mm, over x and y in mm about the face's centre. */
function picture(
  height: (x: number, y: number) => number | undefined,
  sensor = { noiseMm: 1.5, holes: 0.03 },
) {
  const noise = noiseMaker();
  const data = new Uint16Array(WIDTH * HEIGHT);
  for (let v = 0; v < HEIGHT; v += 1) {
    for (let u = 0; u < WIDTH; u += 1) {
      const h = height((u - WIDTH / 2) / PX_PER_MM, (v - HEIGHT / 2) / PX_PER_MM);
      const hole = (noise() + 1) / 2 < sensor.holes;
      const z = h === undefined ? 1_500 : DISTANCE_MM - h + noise() * sensor.noiseMm;
      data[v * WIDTH + u] = hole ? 0 : Math.round(z);
    }
  }
  return { data, width: WIDTH, height: HEIGHT };
}

function at(xMm: number, yMm: number) {
  return { x: WIDTH / 2 + xMm * PX_PER_MM, y: HEIGHT / 2 + yMm * PX_PER_MM };
}

const POINTS: FivePoints = [at(-32, -25), at(32, -25), at(0, 10), at(-25, 45), at(25, 45)];
const OUTLINE = Array.from({ length: 36 }, (_, i) => {
  const angle = (i / 36) * 2 * Math.PI;
  return at(72 * Math.cos(angle), 98 * Math.sin(angle));
});

function measured(depth: ReturnType<typeof picture>): DepthEvidence {
  const evidence = measureDepth(depth, { outline: OUTLINE, points: POINTS, focalPx: FOCAL_PX });
  if (!evidence) throw new Error('no surface was read');
  return evidence;
}

/** An egg with a nose and eye sockets, by formula. */
function face(x: number, y: number): number | undefined {
  const egg = 1 - (x / 85) ** 2 - (y / 115) ** 2;
  if (egg < 0) return undefined;
  const nose = 22 * Math.exp(-((x / 12) ** 2) - ((y - 8) / 22) ** 2);
  const sockets = [-32, 32].map(
    (eye) => 8 * Math.exp(-(((x - eye) / 14) ** 2) - ((y + 25) / 10) ** 2),
  );
  return 55 * Math.sqrt(egg) + nose - (sockets[0] ?? 0) - (sockets[1] ?? 0);
}

describe('measureDepth', () => {
  it('passes a face, near or far from frontal light and with holes', () => {
    const evidence = measured(picture(face));
    expect(failedDepthChecks(evidence)).toEqual([]);
    expect(evidence.interEyeMm).toBeGreaterThan(55);
    expect(evidence.interEyeMm).toBeLessThan(68);
    expect(evidence.noseReliefMm).toBeGreaterThan(10);
    expect(failedDepthChecks(measured(picture(face, { noiseMm: 1.5, holes: 0.25 })))).toEqual([]);
  });

  it.each([
    ['upright', 0, 0],
    ['held at a slant', 0.5, 0],
    ['tilted both ways', -0.4, 0.6],
  ])('knows a flat sheet %s', (_, slopeX, slopeY) => {
    const evidence = measured(picture((x, y) => slopeX * x + slopeY * y));
    expect(failedDepthChecks(evidence)).toEqual(
      expect.arrayContaining(['depth_flat', 'depth_bent', 'depth_nose']),
    );
    expect(evidence.planeResidualMm).toBeLessThan(2);
  });

  it.each([
    [
      'about an upright axis',
      (x: number) => 80 - Math.sqrt(80 ** 2 - Math.min(79, Math.abs(x)) ** 2),
    ],
    ['towards the camera', (x: number) => Math.sqrt(80 ** 2 - Math.min(79, Math.abs(x)) ** 2)],
    ['in both axes', (x: number, y: number) => -(x ** 2) / 150 - y ** 2 / 220],
    ['like a saddle', (x: number, y: number) => x ** 2 / 150 - y ** 2 / 220],
  ])('knows a sheet bent %s', (_, surface) => {
    const evidence = measured(picture(surface));
    expect(failedDepthChecks(evidence)).toContain('depth_bent');
    expect(evidence.planeResidualMm).toBeGreaterThan(4);
  });

  it('knows a sheet folded along the nose, which no quadric follows', () => {
    const folded = measured(
      picture((x, y) => {
        const across = x * Math.cos(0.3) + y * Math.sin(0.3);
        return -0.87 * Math.hypot(across, 3.6);
      }),
    );
    expect(folded.quadricResidualMm).toBeGreaterThan(1.5);
    expect(folded.reliefBeyondFolds).toBeLessThan(0.05);
    expect(failedDepthChecks(folded)).toContain('depth_folded');
  });

  it('knows a face of another size, and one that is mostly holes', () => {
    const evidence = measured(picture(face));
    expect(failedDepthChecks({ ...evidence, interEyeMm: 30 })).toEqual(['depth_size']);
    expect(failedDepthChecks({ ...evidence, distanceMm: 2_000 })).toEqual(['depth_range']);
    const holed = measured(picture(face, { noiseMm: 2, holes: 0.55 }));
    expect(failedDepthChecks(holed)).toContain('depth_holes');
  });

  it('cannot tell through noise, and says so', () => {
    const noisy = measured(picture(face, { noiseMm: 4, holes: 0.03 }));
    expect(noisy.noiseMm).toBeGreaterThan(1.8);
    expect(failedDepthChecks(noisy)).toContain('depth_coarse');
  });

  it('knows a face whose relief is its eyes only', () => {
    const holes = measured(
      picture((x, y) => {
        const hole = [-32, 32].some((eye) => ((x - eye) / 18) ** 2 + ((y + 25) / 11) ** 2 < 1);
        return hole ? -14 : -(x ** 2) / 300;
      }),
    );
    expect(failedDepthChecks(holes)).toEqual(expect.arrayContaining(['depth_cut', 'depth_steps']));
  });

  it('tells board in layers from skin', () => {
    const layered = measured(picture((x, y) => Math.floor((face(x, y) ?? 0) / 12) * 12));
    expect(failedDepthChecks(layered)).toContain('depth_steps');
    expect(layered.steps).toBeGreaterThan(measured(picture(face)).steps);
  });

  it('reads nothing off a picture without returns, or a face outside of it', () => {
    const empty = { data: new Uint16Array(WIDTH * HEIGHT), width: WIDTH, height: HEIGHT };
    const probe = { outline: OUTLINE, points: POINTS, focalPx: FOCAL_PX };
    expect(measureDepth(empty, probe)).toBeUndefined();
    const away = OUTLINE.map((p) => ({ x: p.x + 5_000, y: p.y - 5_000 }));
    expect(measureDepth(picture(face), { ...probe, outline: away })).toBeUndefined();
  });
});
