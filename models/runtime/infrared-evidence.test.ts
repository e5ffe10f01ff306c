import { describe, expect, it } from 'vitest';
import { FACE_PART } from './face-relief.ts';
import { InfraredFit, type LitSurface } from './infrared-evidence.ts';
import { failedInfraredChecks } from './presentation-attack.ts';

const COLUMNS = 36;
const ROWS = 44;
const STEP_MM = 4;
const DISTANCE_MM = 600;
const RADIUS_MM = 100;

interface Look {
  readonly albedo: number;
  /** What eyes send back of that. */
  readonly eyes: number;
  /** Power of the cosine that the light falls off by. */
  readonly shading: number;
}
const SKIN: Look = { albedo: 0.6, eyes: 0.7, shading: 1 };

/** A ball before the lens, lit from there, with two eyes. */
function ball(look: Look): LitSurface {
  const cells = COLUMNS * ROWS;
  const surface = {
    columns: COLUMNS,
    rows: ROWS,
    parts: new Int8Array(cells).fill(-1),
    spatial: new Float64Array(cells * 3),
    light: new Float64Array(cells),
  };
  for (let i = 0; i < cells; i += 1) {
    const x = ((i % COLUMNS) - COLUMNS / 2) * STEP_MM;
    const y = (Math.floor(i / COLUMNS) - ROWS / 2) * STEP_MM;
    if (Math.hypot(x, y) > RADIUS_MM * 0.85) continue;
    const h = Math.sqrt(RADIUS_MM ** 2 - x * x - y * y);
    const z = DISTANCE_MM - h;
    const isEye = Math.hypot((Math.abs(x) - 32) / 20, (y + 20) / 12) < 1;
    surface.parts[i] = isEye ? FACE_PART.eyes : FACE_PART.rest;
    surface.spatial.set([x, y, z], i * 3);
    // normal (x, y, -h) / radius against the line of sight
    const cosine = Math.abs(x * x + y * y - h * z) / (RADIUS_MM * Math.hypot(x, y, z));
    surface.light[i] = look.albedo * (isEye ? look.eyes : 1) * cosine ** look.shading;
  }
  return surface;
}

const fit = new InfraredFit(COLUMNS * ROWS);

function measured(look: Partial<Look>) {
  const evidence = fit.measure(ball({ ...SKIN, ...look }));
  if (!evidence) throw new Error('there is enough to measure');
  return evidence;
}

describe('InfraredFit', () => {
  it('finds albedo, shading and eyes of a matt surface, whatever its brightness', () => {
    for (const albedo of [0.4, 0.6, 0.8]) {
      const evidence = measured({ albedo });
      expect(evidence.albedo).toBeCloseTo(albedo, 1);
      expect(evidence.shading).toBeCloseTo(1, 1);
      expect(evidence.eyes).toBeCloseTo(Math.log(0.7), 1);
      expect(evidence.unevenness).toBeLessThan(0.05);
      expect(failedInfraredChecks(evidence)).toEqual([]);
    }
  });

  it.each<[string, Partial<Look>, string]>([
    ['a display', { albedo: 0.1 }, 'infrared_albedo'],
    ['white paper', { albedo: 0.95 }, 'infrared_albedo'],
    ['features in dye', { eyes: 1 }, 'infrared_eyes'],
    ['features in carbon', { eyes: 0.15 }, 'infrared_eyes'],
    ['light of another shape', { shading: 0 }, 'infrared_shading'],
    ['light of its reverse', { shading: -1 }, 'infrared_shading'],
  ])('knows %s', (_, look, check) => {
    expect(failedInfraredChecks(measured(look))).toEqual([check]);
  });

  it('knows what is pieced together', () => {
    const surface = ball(SKIN);
    for (let i = 0; i < surface.light.length; i += 2) {
      surface.light[i] = (surface.light[i] as number) * 3;
    }
    const evidence = fit.measure(surface);
    expect(failedInfraredChecks(evidence ?? 'unreadable')).toContain('infrared_even');
  });

  it('is dark where no light came back, and unreadable where no face is', () => {
    const unlit = ball({ ...SKIN, albedo: 0 });
    expect(failedInfraredChecks(fit.measure(unlit) ?? 'unreadable')).toContain('infrared_albedo');
    const nowhere = ball(SKIN);
    nowhere.parts.fill(-1);
    expect(fit.measure(nowhere)).toBeUndefined();
    expect(failedInfraredChecks('unreadable')).toEqual(['infrared_unreadable']);
  });
});
