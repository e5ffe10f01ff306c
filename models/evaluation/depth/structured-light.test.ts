import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { emptyScene, type Scene } from './scene.ts';
import { SENSOR, senseStructuredLight, sigmaMm } from './structured-light.ts';

const FOCAL_PX = 277;

function flat(mm: number): Scene {
  const scene = emptyScene(120, 90, FOCAL_PX);
  scene.mm.fill(mm);
  scene.albedo.fill(0.5);
  return scene;
}

function lost(out: Uint16Array): number {
  return out.filter((z) => z === 0).length;
}

describe('the sensor', () => {
  it.each([400, 800, 1_600])('has the formula’s deviation at %i mm', (mm) => {
    const returns = [...senseStructuredLight(flat(mm), new SeededRandom(1))].filter((z) => z > 0);
    const mean = returns.reduce((sum, z) => sum + z, 0) / returns.length;
    const variance = returns.reduce((sum, z) => sum + (z - mean) ** 2, 0) / returns.length;
    // Steps of disparity and whole millimetres each add the variance of a uniform step.
    const step =
      (SENSOR.quantumPx * mm * mm) / (FOCAL_PX * SENSOR.matcherScale * SENSOR.baselineMm);
    const expected = Math.sqrt(sigmaMm(mm, FOCAL_PX) ** 2 + step ** 2 / 12 + 1 / 12);
    expect(Math.abs(mean - mm)).toBeLessThan(expected);
    expect(Math.sqrt(variance) / expected).toBeGreaterThan(0.85);
    expect(Math.sqrt(variance) / expected).toBeLessThan(1.15);
  });

  it('loses returns at edges, in the projector’s shadow, in black and on glass', () => {
    const seen = (scene: Scene): number => lost(senseStructuredLight(scene, new SeededRandom(2)));
    const held = flat(900);
    for (let y = 20; y < 70; y += 1) held.mm.fill(400, y * 120 + 50, y * 120 + 80);
    const plain = seen(flat(900));
    expect(seen(held)).toBeGreaterThan(plain + 300);
    const glass = flat(900);
    glass.glass.fill(1);
    expect(seen(glass)).toBeGreaterThan(plain + 500);
    const black = flat(900);
    black.albedo.fill(0);
    expect(seen(black)).toBeGreaterThan(plain + 2_000);
  });

  it('rounds a step off, as matching windows do', () => {
    const scene = flat(500);
    for (let y = 0; y < 90; y += 1) scene.mm.fill(512, y * 120 + 60, y * 120 + 120);
    const out = senseStructuredLight(scene, new SeededRandom(3));
    const column = (x: number): number => {
      let sum = 0;
      let count = 0;
      for (let y = 0; y < 90; y += 1) {
        const z = out[y * 120 + x] as number;
        sum += z;
        count += z > 0 ? 1 : 0;
      }
      return sum / count;
    };
    expect(column(59)).toBeGreaterThan(502);
    expect(column(60)).toBeLessThan(510);
    expect(Math.abs(column(50) - 500)).toBeLessThan(1);
  });
});
