import { expect, it } from 'vitest';
import {
  LIGHT_COLOURS,
  LIGHT_LINEAR,
  LIGHT_SEQUENCES,
  LIGHT_SRGB,
  LIGHT_STEPS,
} from './light-sequence.ts';

const linear = (byte: number): number => ((byte / 255 + 0.055) / 1.055) ** 2.4;
const channels = (hex: string): number[] =>
  [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16)));

it('has 1,800 sequences, of four different hues and one neutral step each', () => {
  expect(new Set(LIGHT_SEQUENCES.map((steps) => steps.join())).size).toBe(1_800);
  for (const steps of LIGHT_SEQUENCES) {
    expect(steps).toHaveLength(LIGHT_STEPS);
    expect(new Set(steps).size).toBe(LIGHT_STEPS);
    expect(steps).toContain('neutral');
  }
});

it.each(LIGHT_COLOURS)('%s is the same light to the screen and to the hub', (colour) => {
  channels(LIGHT_SRGB[colour]).forEach((light, k) => {
    expect(light).toBeCloseTo(LIGHT_LINEAR[colour][k] ?? 0, 2);
  });
});

it('has no saturated red (WCAG 2.3.1)', () => {
  const [red = 0, green = 0, blue = 0] = channels(LIGHT_SRGB.red);
  expect(red / (red + green + blue)).toBeLessThan(0.8);
});
