import type { Surface } from '../../runtime/canonical-face.ts';

/** What a depth camera has before it, without any sensor's faults. Row after row. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  /** Distance along the viewing axis, mm; Infinity where nothing is. */
  readonly mm: Float32Array;
  /** Share of the sensor's infrared light that comes back, 0-1. */
  readonly albedo: Float32Array;
  /** The same as the infrared picture shows it: what is painted or printed on a body besides. */
  readonly painted: Float32Array;
  /** 1 where the surface is glass. */
  readonly glass: Uint8Array;
}

/** A surface's place before the camera: turned (radians), then moved (mm; x right, y down, `distance` away). */
export interface Placement {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

/** A surface with how it reflects. */
export interface Body {
  readonly surface: Surface;
  /** Of each vertex. */
  readonly albedo: Float32Array;
  /** The same with what is painted on it, where that is told apart. */
  readonly painted?: Float32Array;
  readonly glass?: boolean;
}

/** Light that comes back from each pixel's own surface to a lamp beside the lens: 1 for a white matt one at 1 m. */
export function returnedLight(
  scene: Pick<Scene, 'width' | 'focalPx' | 'mm'>,
  albedo: Float32Array,
): Float32Array {
  const { width, mm } = scene;
  const out = new Float32Array(mm.length);
  for (let i = 0; i < out.length; i += 1) {
    const z = mm[i] as number;
    // The slope to the neighbours gives the angle of incidence.
    const mmPerPx = z / scene.focalPx;
    const right = i % width < width - 1 ? (mm[i + 1] as number) - z : 0;
    const below = i + width < mm.length ? (mm[i + width] as number) - z : 0;
    const steep = Math.min(9, (right * right + below * below) / (mmPerPx * mmPerPx));
    out[i] = ((albedo[i] as number) * 1e6) / (z * z * Math.sqrt(1 + steep));
  }
  return out;
}

export function emptyScene(width: number, height: number, focalPx: number): Scene {
  const pixels = width * height;
  return {
    width,
    height,
    focalPx,
    mm: new Float32Array(pixels).fill(Number.POSITIVE_INFINITY),
    albedo: new Float32Array(pixels),
    painted: new Float32Array(pixels),
    glass: new Uint8Array(pixels),
  };
}

/** Camera coordinates (x right, y down, z away, mm) of points given as x right, y down, height towards the camera. */
export function placed(points: Float64Array, at: Placement): Float64Array {
  const [cy, sy] = [Math.cos(at.yaw), Math.sin(at.yaw)];
  const [cp, sp] = [Math.cos(at.pitch), Math.sin(at.pitch)];
  const [cr, sr] = [Math.cos(at.roll), Math.sin(at.roll)];
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    const h = points[i + 2] as number;
    const x1 = cy * x + sy * h;
    const h1 = cy * h - sy * x;
    const y2 = cp * y + sp * h1;
    const h2 = cp * h1 - sp * y;
    out[i] = cr * x1 - sr * y2 + at.x;
    out[i + 1] = sr * x1 + cr * y2 + at.y;
    out[i + 2] = at.distance - h2;
  }
  return out;
}

/** Where camera coordinates fall on the picture, pixels: x and y of each point. */
export function projected(points: Float64Array, scene: Scene): Float64Array {
  const out = new Float64Array((points.length / 3) * 2);
  for (let i = 0, o = 0; i < points.length; i += 3, o += 2) {
    const scale = scene.focalPx / (points[i + 2] as number);
    out[o] = (scene.width - 1) / 2 + (points[i] as number) * scale;
    out[o + 1] = (scene.height - 1) / 2 + (points[i + 1] as number) * scale;
  }
  return out;
}

/**
 * Draws a body, the nearest surface wins. 1/z is what is linear across the picture of a flat triangle
 * (perspective-correct interpolation); albedo is taken as linear in the picture.
 */
export function drawBody(scene: Scene, body: Body, at: Placement): void {
  const { triangles, vertices } = body.surface;
  const spatial = placed(vertices, at);
  const flat = projected(spatial, scene);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t] as number;
    const b = triangles[t + 1] as number;
    const c = triangles[t + 2] as number;
    drawTriangle(scene, { body, spatial, flat }, [a, b, c]);
  }
}

function drawTriangle(
  scene: Scene,
  drawn: { readonly body: Body; readonly spatial: Float64Array; readonly flat: Float64Array },
  [a, b, c]: readonly [number, number, number],
): void {
  const { flat, spatial, body } = drawn;
  const { painted = body.albedo } = body;
  const [ax, ay] = [flat[a * 2] as number, flat[a * 2 + 1] as number];
  const [bx, by] = [flat[b * 2] as number, flat[b * 2 + 1] as number];
  const [cx, cy] = [flat[c * 2] as number, flat[c * 2 + 1] as number];
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (Math.abs(area) < 1e-9) return;
  const [ia, ib, ic] = [a, b, c].map((v) => 1 / (spatial[v * 3 + 2] as number)) as [
    number,
    number,
    number,
  ];
  if (ia <= 0 || ib <= 0 || ic <= 0) return;
  const { width } = scene;
  const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
  const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx)));
  const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
  const y1 = Math.min(scene.height - 1, Math.floor(Math.max(ay, by, cy)));
  for (let y = y0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1) {
      const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
      const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
      const wa = 1 - wb - wc;
      if (wa < -1e-9 || wb < -1e-9 || wc < -1e-9) continue;
      const z = 1 / (wa * ia + wb * ib + wc * ic);
      const i = y * width + x;
      if (z >= (scene.mm[i] as number)) continue;
      scene.mm[i] = z;
      scene.albedo[i] =
        wa * (body.albedo[a] as number) +
        wb * (body.albedo[b] as number) +
        wc * (body.albedo[c] as number);
      scene.painted[i] =
        wa * (painted[a] as number) + wb * (painted[b] as number) + wc * (painted[c] as number);
      scene.glass[i] = body.glass ? 1 : 0;
    }
  }
}

/** Fills what is still empty with a wall. */
export function drawWall(
  scene: Scene,
  wall: { readonly mm: number; readonly slope: number; readonly albedo: number },
): void {
  const { width, mm } = scene;
  for (let i = 0; i < mm.length; i += 1) {
    if (Number.isFinite(mm[i])) continue;
    const x = ((i % width) - width / 2) / scene.focalPx;
    mm[i] = wall.mm * (1 + wall.slope * x);
    scene.albedo[i] = wall.albedo;
    scene.painted[i] = wall.albedo;
  }
}

/** A rectangle of `columns` x `rows` squares between the corners, as a surface that a function lifts off the plane. */
export function gridSurface(
  half: { readonly width: number; readonly height: number; readonly stepMm: number },
  lift: (u: number, v: number) => readonly [x: number, y: number, h: number],
  cut?: (u: number, v: number) => boolean,
): { surface: Surface; uv: Float64Array } {
  const columns = Math.max(2, Math.round((2 * half.width) / half.stepMm));
  const rows = Math.max(2, Math.round((2 * half.height) / half.stepMm));
  const vertices = new Float64Array((columns + 1) * (rows + 1) * 3);
  const uv = new Float64Array((columns + 1) * (rows + 1) * 2);
  const triangles: number[] = [];
  for (let row = 0; row <= rows; row += 1) {
    for (let column = 0; column <= columns; column += 1) {
      const u = -half.width + (2 * half.width * column) / columns;
      const v = -half.height + (2 * half.height * row) / rows;
      const at = row * (columns + 1) + column;
      vertices.set(lift(u, v), at * 3);
      uv[at * 2] = u;
      uv[at * 2 + 1] = v;
      if (row === rows || column === columns) continue;
      const middleU = u + half.width / columns;
      const middleV = v + half.height / rows;
      if (cut?.(middleU, middleV)) continue;
      triangles.push(at, at + 1, at + columns + 1, at + 1, at + columns + 2, at + columns + 1);
    }
  }
  return { surface: { vertices, triangles: Uint32Array.from(triangles) }, uv };
}
