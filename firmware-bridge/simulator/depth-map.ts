/** A picture of distances: millimetres along the viewing axis, row after row; 0 or Infinity where nothing is. */
export interface DepthMap {
  readonly width: number;
  readonly height: number;
  readonly mm: Float32Array;
}

export interface Corner {
  readonly x: number;
  readonly y: number;
  /** Millimetres. */
  readonly z: number;
}

export function emptyDepthMap(width: number, height: number): DepthMap {
  return { width, height, mm: new Float32Array(width * height).fill(Number.POSITIVE_INFINITY) };
}

/**
 * Draws a triangle, the nearest surface wins. 1/z is what is linear across the picture of a flat triangle
 * (perspective-correct interpolation).
 */
export function drawTriangle(map: DepthMap, a: Corner, rest: readonly [Corner, Corner]): void {
  const [b, c] = rest;
  const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  if (Math.abs(area) < 1e-9) return;
  const x0 = Math.max(0, Math.ceil(Math.min(a.x, b.x, c.x)));
  const x1 = Math.min(map.width - 1, Math.floor(Math.max(a.x, b.x, c.x)));
  const y0 = Math.max(0, Math.ceil(Math.min(a.y, b.y, c.y)));
  const y1 = Math.min(map.height - 1, Math.floor(Math.max(a.y, b.y, c.y)));
  for (let y = y0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1) {
      const wb = ((x - a.x) * (c.y - a.y) - (y - a.y) * (c.x - a.x)) / area;
      const wc = ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / area;
      const wa = 1 - wb - wc;
      if (wa < -1e-9 || wb < -1e-9 || wc < -1e-9) continue;
      const z = 1 / (wa / a.z + wb / b.z + wc / c.z);
      const i = y * map.width + x;
      if (z < (map.mm[i] ?? 0)) map.mm[i] = z;
    }
  }
}
