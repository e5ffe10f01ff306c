import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { returnedLight, type Scene } from './scene.ts';

/**
 * A continuous-wave time-of-flight sensor's way of seeing a scene.
 *
 * Each pixel sums the phasors of all light that reaches it, so that at an edge it reports a distance between the
 * two (flying pixels), and light that came by way of other surfaces draws concave places nearer to their
 * surroundings (multi-path). Its noise falls with the amplitude of the light, that is it grows with the square of the
 * distance and with dark or slanted surfaces; dark surfaces have an error of their own besides.
 * (Sarbolandi, Lefloch and Kolb, "Kinect range sensing: Structured-light versus Time-of-Flight Kinect", CVIU 139, 2015;
 * the magnitudes are set to what they report for the second Kinect.)
 */
export const TIME_OF_FLIGHT = {
  /** Standard deviation at 1 m of a surface that sends all light back, mm. */
  sigmaMmAtOneMetre: 0.65,
  /** Below this amplitude (1 = such a surface at 1 m) there is no return. */
  minAmplitude: 0.06,
  /** Share of a pixel's light that belongs to each of its four neighbours. */
  spill: 0.06,
  /** Share of the light that came by way of the surroundings, up to. */
  maxMultipath: 0.06,
  multipathReachPx: 12,
  /** A wave over distance that calibration left, up to, mm; and its length. */
  maxWiggleMm: 3,
  wiggleLengthMm: 700,
  /** What a black surface's distance is wrong by, up to, mm. */
  maxDarkBiasMm: 5,
  /** Phasors of one pixel that lie farther apart than this cancel out often enough to be dropped, mm. */
  edgeMm: 120,
  edgeDropout: 0.5,
  dropout: 0.002,
  /** Glass: a mirror for a sensor that lights the scene itself, and a bright spot where it faces the sensor. */
  glassAmplitude: 0.35,
  glassSpotPx: 9,
  maxMm: 4_000,
} as const;

/** What the sensor reports: whole millimetres, 0 where there is no return. */
export function senseTimeOfFlight(scene: Scene, random: SeededRandom): Uint16Array {
  const { width, height, mm } = scene;
  const amplitude = amplitudes(scene, random);
  const surroundings = boxMean(scene, amplitude, TIME_OF_FLIGHT.multipathReachPx);
  const multipath = random.between(0, TIME_OF_FLIGHT.maxMultipath);
  const wiggle = random.between(0, TIME_OF_FLIGHT.maxWiggleMm);
  const phase = random.between(0, 2 * Math.PI);
  const darkBias = random.between(-1, 1) * TIME_OF_FLIGHT.maxDarkBiasMm;
  const out = new Uint16Array(width * height);
  for (let i = 0; i < out.length; i += 1) {
    const { z, light, apart } = gathered(scene, amplitude, i);
    const noise = random.normal();
    const lost =
      light < TIME_OF_FLIGHT.minAmplitude ||
      random.next() <
        TIME_OF_FLIGHT.dropout + (apart > TIME_OF_FLIGHT.edgeMm ? TIME_OF_FLIGHT.edgeDropout : 0);
    if (lost) continue;
    const around = surroundings[i] as number;
    // Surroundings behind a far edge are another thing than the walls of a hollow.
    const indirect = Math.abs(around - z) < 100 ? multipath * (around - z) : 0;
    const dark = darkBias * (1 - (scene.albedo[i] as number)) ** 2;
    const seen =
      z +
      indirect +
      dark +
      wiggle * Math.sin((2 * Math.PI * (mm[i] as number)) / TIME_OF_FLIGHT.wiggleLengthMm + phase) +
      (TIME_OF_FLIGHT.sigmaMmAtOneMetre / Math.sqrt(light)) * noise;
    if (seen > 0 && seen < TIME_OF_FLIGHT.maxMm) out[i] = Math.round(seen);
  }
  return out;
}

/** Light that comes back from each pixel's own surface: 1 for a white one at 1 m. */
function amplitudes(scene: Scene, random: SeededRandom): Float32Array {
  const { width, height, glass } = scene;
  const out = returnedLight(scene, scene.albedo);
  for (let i = 0; i < out.length; i += 1) {
    if (glass[i]) out[i] = (out[i] as number) * TIME_OF_FLIGHT.glassAmplitude;
  }
  if (glass.includes(1)) {
    const first = glass.indexOf(1);
    const last = glass.lastIndexOf(1);
    const middle = Math.floor((first + last) / 2);
    const reach = TIME_OF_FLIGHT.glassSpotPx;
    const [cx, cy] = [(middle % width) + random.below(9) - 4, Math.floor(middle / width)];
    for (let y = Math.max(0, cy - reach); y < Math.min(height, cy + reach); y += 1) {
      for (let x = Math.max(0, cx - reach); x < Math.min(width, cx + reach); x += 1) {
        if (Math.hypot(x - cx, y - cy) < reach) out[y * width + x] = 0;
      }
    }
  }
  return out;
}

/** A pixel's distance as the sum of its own and its neighbours' light, and how far those lie apart. */
function gathered(
  scene: Scene,
  amplitude: Float32Array,
  i: number,
): { readonly z: number; readonly light: number; readonly apart: number } {
  const { width, mm } = scene;
  const x = i % width;
  const own = amplitude[i] as number;
  const ownZ = mm[i] as number;
  let light = own;
  let sum = own * ownZ;
  let apart = 0;
  const neighbours = [
    x > 0 ? i - 1 : i,
    x < width - 1 ? i + 1 : i,
    i >= width ? i - width : i,
    i + width < mm.length ? i + width : i,
  ];
  for (const n of neighbours) {
    const share = TIME_OF_FLIGHT.spill * (amplitude[n] as number);
    light += share;
    sum += share * (mm[n] as number);
    apart = Math.max(apart, Math.abs((mm[n] as number) - ownZ));
  }
  return { z: light > 0 ? sum / light : ownZ, light, apart };
}

/** The amplitude-weighted mean distance of the square around each pixel, by running sums. */
function boxMean(scene: Scene, amplitude: Float32Array, reach: number): Float32Array {
  const { width, height, mm } = scene;
  const stride = width + 1;
  const weights = new Float64Array(stride * (height + 1));
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let rowWeight = 0;
    let rowSum = 0;
    for (let x = 0; x < width; x += 1) {
      const a = amplitude[y * width + x] as number;
      rowWeight += a;
      rowSum += a * (mm[y * width + x] as number);
      const at = (y + 1) * stride + x + 1;
      weights[at] = (weights[at - stride] as number) + rowWeight;
      sums[at] = (sums[at - stride] as number) + rowSum;
    }
  }
  const out = new Float32Array(mm.length);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [
      Math.max(0, y - reach) * stride,
      Math.min(height, y + reach + 1) * stride,
    ];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const box = (table: Float64Array): number =>
        (table[bottom + right] as number) -
        (table[top + right] as number) -
        (table[bottom + left] as number) +
        (table[top + left] as number);
      const weight = box(weights);
      out[y * width + x] = weight > 0 ? box(sums) / weight : (mm[y * width + x] as number);
    }
  }
  return out;
}
