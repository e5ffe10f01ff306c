import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { Scene } from './scene.ts';

/**
 * A structured-light sensor's way of seeing true distances.
 *
 * It measures disparity d = f b / z between a projected pattern and its picture, so that an error of disparity
 * becomes an error of distance that grows with the square of the distance:
 * sigma_z = z^2 / (f b) * sigma_d
 * (Khoshelham and Oude Elberink, "Accuracy and Resolution of Kinect Depth Data for Indoor Mapping Applications",
 * Sensors 12(2), 2012, equation 10; the growth is confirmed by Nguyen, Izadi and Lovell, "Modeling Kinect Sensor Noise for
 * Improved 3D Reconstruction and Tracking", 3DIMPVT 2012). The baseline, the share of a pixel that a matcher
 * resolves and the rates of lost returns below are those of an assumed compact sensor, not of a measured device.
 */
export const SENSOR = {
  baselineMm: 50,
  /** Standard deviation of disparity, pixels of the matcher: independent per pixel, and shared by a matching window. */
  sigmaPx: 0.12,
  windowSigmaPx: 0.05,
  windowPx: 5,
  /** Steps of disparity, pixels. */
  quantumPx: 1 / 16,
  /** The matcher works on twice the width of the depth picture that leaves the sensor. */
  matcherScale: 2,
  maxMm: 2_500,
  /** Share of returns lost for no visible reason. */
  dropout: 0.004,
  /** Further share lost in black (hair, glasses' frames) and on glass. */
  darkAlbedo: 24 / 255,
  darkDropout: 0.35,
  glassDropout: 0.12,
  /** Neighbours farther apart than this are an edge of the scene, mm. */
  edgeMm: 25,
  edgeDropout: 0.85,
} as const;

/** What the sensor reports: whole millimetres, 0 where there is no return. */
export function senseStructuredLight(scene: Scene, random: SeededRandom): Uint16Array {
  const { width, height } = scene;
  // Disparity in matcher pixels at 1 mm.
  const fb = scene.focalPx * SENSOR.matcherScale * SENSOR.baselineMm;
  const shared = windowNoise(width, height, random);
  const shadow = projectorShadow(scene, fb / SENSOR.matcherScale);
  const spots = specularSpots(scene, random);
  const out = new Uint16Array(width * height);
  for (let i = 0; i < out.length; i += 1) {
    const noisy = fb / windowMeanMm(scene, i) + SENSOR.sigmaPx * random.normal() + (shared[i] ?? 0);
    const disparity = Math.round(noisy / SENSOR.quantumPx) * SENSOR.quantumPx;
    const lost = random.next() < lossAt(scene, i) || shadow[i] === 1 || spots[i] === 1;
    if (lost || disparity <= 0) continue;
    const seen = Math.round(fb / disparity);
    if (seen <= SENSOR.maxMm) out[i] = seen;
  }
  return out;
}

/** A matcher compares windows: small steps and sharp noses come out rounded. */
function windowMeanMm(scene: Scene, i: number): number {
  const { width, height, mm } = scene;
  const own = mm[i] as number;
  const x = i % width;
  const y = (i - x) / width;
  let sum = 0;
  let count = 0;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v += 1) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u += 1) {
      const z = mm[v * width + u] as number;
      if (Math.abs(z - own) > SENSOR.edgeMm) continue;
      sum += z;
      count += 1;
    }
  }
  return sum / count;
}

/** Standard deviation of the distance reported for a surface at `z` mm, by the formula above; without the rounding. */
export function sigmaMm(z: number, focalPx: number): number {
  const fb = focalPx * SENSOR.matcherScale * SENSOR.baselineMm;
  return (z * z * Math.hypot(SENSOR.sigmaPx, SENSOR.windowSigmaPx)) / fb;
}

function lossAt(scene: Scene, i: number): number {
  const { width, mm } = scene;
  const z = mm[i] ?? 0;
  const x = i % width;
  const isEdge = (near: number | undefined): boolean =>
    near !== undefined && Math.abs(near - z) > SENSOR.edgeMm;
  const edge =
    (x > 0 && isEdge(mm[i - 1])) ||
    (x < width - 1 && isEdge(mm[i + 1])) ||
    isEdge(mm[i - width]) ||
    isEdge(mm[i + width]);
  let loss: number = SENSOR.dropout;
  if (edge) loss += SENSOR.edgeDropout;
  if ((scene.albedo[i] as number) < SENSOR.darkAlbedo) loss += SENSOR.darkDropout;
  if (scene.glass[i]) loss += SENSOR.glassDropout;
  return loss;
}

/** Noise that a matching window's neighbours share: white noise, box-averaged and scaled back to its deviation. */
function windowNoise(width: number, height: number, random: SeededRandom): Float32Array {
  const n = SENSOR.windowPx;
  const half = n >> 1;
  const columns = Math.ceil(width / half) + 2;
  const rows = Math.ceil(height / half) + 2;
  const grid = Float32Array.from({ length: columns * rows }, () => random.normal());
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const gy = Math.floor(y / half);
    const fy = y / half - gy;
    for (let x = 0; x < width; x += 1) {
      const gx = Math.floor(x / half);
      const fx = x / half - gx;
      const p = gy * columns + gx;
      const [w00, w10, w01, w11] = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy];
      const value =
        (grid[p] ?? 0) * w00 +
        (grid[p + 1] ?? 0) * w10 +
        (grid[p + columns] ?? 0) * w01 +
        (grid[p + columns + 1] ?? 0) * w11;
      const norm = Math.sqrt(w00 * w00 + w10 * w10 + w01 * w01 + w11 * w11);
      out[y * width + x] = (SENSOR.windowSigmaPx * value) / norm;
    }
  }
  return out;
}

/**
 * Where the pattern does not reach because something nearer stands in its way: the projector, a baseline to the
 * camera's right, sees the pixel at x - d; of two pixels there only the nearer is lit.
 */
function projectorShadow(scene: Scene, fb: number): Uint8Array {
  const { width, height, mm } = scene;
  const shadow = new Uint8Array(width * height);
  const reach = Math.ceil(fb / 150);
  const nearest = new Float32Array(width + reach + 2);
  for (let y = 0; y < height; y += 1) {
    nearest.fill(0);
    for (let x = 0; x < width; x += 1) {
      const d = fb / (mm[y * width + x] ?? 1);
      const bin = Math.max(0, Math.round(x - d) + reach);
      if (d > (nearest[bin] ?? 0)) nearest[bin] = d;
    }
    for (let x = 0; x < width; x += 1) {
      const d = fb / (mm[y * width + x] ?? 1);
      const bin = Math.max(0, Math.round(x - d) + reach);
      if ((nearest[bin] ?? 0) - d > 1.5) shadow[y * width + x] = 1;
    }
  }
  return shadow;
}

/** Gloss that blinds the sensor: a few small discs where the picture is brightest (nose, forehead, glasses). */
function specularSpots(scene: Scene, random: SeededRandom): Uint8Array {
  const { width, height, albedo } = scene;
  const spots = new Uint8Array(width * height);
  const count = random.below(4);
  for (let n = 0; n < count; n += 1) {
    let best = -1;
    let centre = 0;
    for (let tries = 0; tries < 40; tries += 1) {
      const x = Math.floor(width * random.between(0.3, 0.7));
      const y = Math.floor(height * random.between(0.2, 0.75));
      const value = albedo[y * width + x] ?? 0;
      if (value > best) {
        best = value;
        centre = y * width + x;
      }
    }
    const radius = random.between(1, 3);
    const reach = Math.ceil(radius);
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        if (Math.hypot(dx, dy) <= radius) spots[centre + dy * width + dx] = 1;
      }
    }
  }
  return spots;
}
