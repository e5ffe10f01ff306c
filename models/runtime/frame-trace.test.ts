import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { colourLikeness, depthLikeness, traceColour, traceDepth } from './frame-trace.ts';

const SIZE = { width: 320, height: 240 } as const;
const NOSE = { x: 160, y: 120 };

/** A shot of a ball that stands still, by a sensor with this noise, mm. */
function shotOfDepth(seed: number, noiseMm = 0.6) {
  const random = new SeededRandom('depth', seed);
  const data = new Uint16Array(SIZE.width * SIZE.height);
  for (let i = 0; i < data.length; i += 1) {
    const x = (i % SIZE.width) - NOSE.x;
    const y = Math.floor(i / SIZE.width) - NOSE.y;
    const ball = Math.sqrt(Math.max(0, 110 ** 2 - x * x - y * y));
    data[i] = random.next() < 0.01 ? 0 : 600 - ball / 2 + noiseMm * random.normal();
  }
  return { ...SIZE, data };
}

/** A shot of stripes with this noise, grey levels; brighter and moved as told. */
function shotOfColour(seed: number, { gain = 1, moved = 0 } = {}) {
  const random = new SeededRandom('colour', seed);
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let i = 0; i < data.length; i += 1) {
    const x = (Math.floor(i / 3) % SIZE.width) + moved;
    data[i] = gain * (100 + 40 * Math.sin(x / 2) + 2 * random.normal());
  }
  return { ...SIZE, data };
}

describe('traces of depth', () => {
  it('of two shots have nothing in common, though the scene stands still', () => {
    const [a, b] = [1, 2].map((seed) => traceDepth(shotOfDepth(seed), NOSE)) as [
      Int32Array,
      Int32Array,
    ];
    expect(a).toHaveLength(64);
    expect(depthLikeness(a, b)).toBeLessThan(0.05);
  });

  it('of one shot are alike, also moved and farther away', () => {
    const shot = shotOfDepth(3);
    const data = new Uint16Array(shot.data.length);
    const by = 3 * SIZE.width + 5;
    for (let i = by; i < data.length; i += 1) {
      const z = shot.data[i - by] as number;
      data[i] = z === 0 ? 0 : z + 12;
    }
    const copy = traceDepth({ ...shot, data }, { x: NOSE.x + 5, y: NOSE.y + 3 });
    expect(depthLikeness(traceDepth(shot, NOSE), copy)).toBeGreaterThan(0.8);
  });

  it('say nothing where the sensor saw nothing, or beside the picture', () => {
    const empty = { ...SIZE, data: new Uint16Array(SIZE.width * SIZE.height) };
    const none = traceDepth(empty, NOSE);
    expect(none).toHaveLength(0);
    expect(depthLikeness(none, none)).toBe(0);
    expect(traceDepth(shotOfDepth(4), { x: 900, y: -500 })).toHaveLength(0);
  });
});

describe('traces of colour', () => {
  it('of one shot are alike however bright it is made', () => {
    const trace = traceColour(shotOfColour(1), NOSE);
    expect(colourLikeness(trace, trace)).toBeCloseTo(1, 6);
    const brighter = traceColour(shotOfColour(1, { gain: 1.3 }), NOSE);
    expect(colourLikeness(trace, brighter)).toBeGreaterThan(0.98);
  });

  it('of two shots differ, the more so when the face moved', () => {
    const trace = traceColour(shotOfColour(1), NOSE);
    const still = colourLikeness(trace, traceColour(shotOfColour(2), NOSE));
    expect(still).toBeLessThan(0.95);
    const moved = colourLikeness(trace, traceColour(shotOfColour(3, { moved: 2 }), NOSE));
    expect(moved).toBeLessThan(still);
  });

  it('have only the places in common that both have', () => {
    const shot = shotOfColour(1);
    const near = traceColour(shot, { x: NOSE.x + 23, y: NOSE.y - 9 });
    expect(colourLikeness(traceColour(shot, NOSE), near)).toBeCloseTo(1, 6);
    const far = traceColour(shot, { x: -200, y: 900 });
    expect(far.values).toHaveLength(0);
    expect(colourLikeness(traceColour(shot, NOSE), far)).toBe(0);
  });
});
