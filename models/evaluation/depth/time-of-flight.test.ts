import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { emptyScene, type Scene } from './scene.ts';
import { senseTimeOfFlight, TIME_OF_FLIGHT } from './time-of-flight.ts';

const WIDTH = 120;

function flat(mm: number, albedo = 1): Scene {
  const scene = emptyScene(WIDTH, 90, 230);
  scene.mm.fill(mm);
  scene.albedo.fill(albedo);
  return scene;
}

function deviation(scene: Scene): number {
  const returns = [...senseTimeOfFlight(scene, new SeededRandom(1))].filter((z) => z > 0);
  const mean = returns.reduce((sum, z) => sum + z, 0) / returns.length;
  return Math.sqrt(returns.reduce((sum, z) => sum + (z - mean) ** 2, 0) / returns.length);
}

describe('the sensor', () => {
  it('is noisier far away and on dark surfaces', () => {
    const near = deviation(flat(1_000));
    // A pixel gathers its neighbours' light too; whole millimetres add a twelfth.
    const light = 1 + 4 * TIME_OF_FLIGHT.spill;
    const expected = Math.sqrt(TIME_OF_FLIGHT.sigmaMmAtOneMetre ** 2 / light + 1 / 12);
    expect(near / expected).toBeGreaterThan(0.9);
    expect(near / expected).toBeLessThan(1.1);
    expect(deviation(flat(2_000))).toBeGreaterThan(1.6 * near);
    expect(deviation(flat(1_000, 0.2))).toBeGreaterThan(1.6 * near);
  });

  it('sees distances that are not there at an edge', () => {
    const scene = flat(900);
    for (let y = 0; y < 90; y += 1) scene.mm.fill(800, y * WIDTH, y * WIDTH + 60);
    const out = senseTimeOfFlight(scene, new SeededRandom(2));
    const between = out.filter((z) => z > 803 + TIME_OF_FLIGHT.maxWiggleMm && z < 892);
    expect(between.length).toBeGreaterThan(60);
  });

  it('gives nothing back from black, nor where glass shines at it', () => {
    const black = senseTimeOfFlight(flat(1_000, 0.02), new SeededRandom(3));
    expect(black.every((z) => z === 0)).toBe(true);
    const screen = flat(500);
    screen.glass.fill(1);
    const lost = senseTimeOfFlight(screen, new SeededRandom(4)).filter((z) => z === 0).length;
    expect(lost).toBeGreaterThan(150);
  });
});
