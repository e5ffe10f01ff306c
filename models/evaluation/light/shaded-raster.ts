import type { Surface } from '../../runtime/canonical-face.ts';
import { type Placement, placed } from '../depth/scene.ts';

/** A surface with the picture on it: u, v of each vertex, mm in the plane of the face that is shown. */
export interface ShownSurface {
  readonly surface: Surface;
  readonly uv: Float64Array;
}

/** What each pixel of a picture sees of a surface, row after row: distance, normal (towards the camera), place on it. */
export class ShadedRaster {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  /** Distance along the viewing axis, mm; Infinity where nothing is. */
  readonly z: Float32Array;
  readonly nx: Float32Array;
  readonly ny: Float32Array;
  readonly nz: Float32Array;
  readonly u: Float32Array;
  readonly v: Float32Array;

  constructor(width: number, height: number, focalPx: number) {
    this.width = width;
    this.height = height;
    this.focalPx = focalPx;
    const pixels = width * height;
    this.z = new Float32Array(pixels);
    this.nx = new Float32Array(pixels);
    this.ny = new Float32Array(pixels);
    this.nz = new Float32Array(pixels);
    this.u = new Float32Array(pixels);
    this.v = new Float32Array(pixels);
  }

  /** Draws one surface on the empty raster; the nearest of its parts wins. */
  draw({ surface, uv }: ShownSurface, at: Placement): void {
    this.z.fill(Number.POSITIVE_INFINITY);
    const spatial = placed(surface.vertices, at);
    const normals = vertexNormals(spatial, surface.triangles);
    const attributes = { spatial, normals, uv };
    for (let t = 0; t < surface.triangles.length; t += 3) {
      this.drawTriangle(attributes, [
        surface.triangles[t] as number,
        surface.triangles[t + 1] as number,
        surface.triangles[t + 2] as number,
      ]);
    }
  }

  /** Picture coordinates of a place in front of the camera. */
  private column(spatial: Float64Array, vertex: number): number {
    const scale = this.focalPx / (spatial[vertex * 3 + 2] as number);
    return (this.width - 1) / 2 + (spatial[vertex * 3] as number) * scale;
  }

  private row(spatial: Float64Array, vertex: number): number {
    const scale = this.focalPx / (spatial[vertex * 3 + 2] as number);
    return (this.height - 1) / 2 + (spatial[vertex * 3 + 1] as number) * scale;
  }

  private drawTriangle(
    from: {
      readonly spatial: Float64Array;
      readonly normals: Float64Array;
      readonly uv: Float64Array;
    },
    [a, b, c]: readonly [number, number, number],
  ): void {
    const { spatial, normals, uv } = from;
    const [ax, bx, cx] = [
      this.column(spatial, a),
      this.column(spatial, b),
      this.column(spatial, c),
    ];
    const [ay, by, cy] = [this.row(spatial, a), this.row(spatial, b), this.row(spatial, c)];
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (Math.abs(area) < 1e-9) return;
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx)));
    const x1 = Math.min(this.width - 1, Math.floor(Math.max(ax, bx, cx)));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy)));
    const y1 = Math.min(this.height - 1, Math.floor(Math.max(ay, by, cy)));
    for (let y = y0; y <= y1; y += 1) {
      for (let x = x0; x <= x1; x += 1) {
        const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
        const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
        const wa = 1 - wb - wc;
        if (wa < -1e-9 || wb < -1e-9 || wc < -1e-9) continue;
        // triangles are small: what lies between their corners is taken as linear in the picture
        const mix = (values: Float64Array, axis: number, stride: number): number =>
          wa * (values[a * stride + axis] as number) +
          wb * (values[b * stride + axis] as number) +
          wc * (values[c * stride + axis] as number);
        const z = mix(spatial, 2, 3);
        const i = y * this.width + x;
        if (z <= 0 || z >= (this.z[i] as number)) continue;
        const [nx, ny, nz] = [mix(normals, 0, 3), mix(normals, 1, 3), mix(normals, 2, 3)];
        const length = Math.hypot(nx, ny, nz) || 1;
        this.z[i] = z;
        this.nx[i] = nx / length;
        this.ny[i] = ny / length;
        this.nz[i] = nz / length;
        this.u[i] = mix(uv, 0, 2);
        this.v[i] = mix(uv, 1, 2);
      }
    }
  }
}

/** Unit normals of the vertices of a surface in camera coordinates, towards the camera (z below 0). */
function vertexNormals(spatial: Float64Array, triangles: Uint32Array): Float64Array {
  const out = new Float64Array(spatial.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => (triangles[t + corner] as number) * 3) as [
      number,
      number,
      number,
    ];
    const edge = (to: number, axis: number): number =>
      (spatial[to + axis] as number) - (spatial[a + axis] as number);
    const nx = edge(b, 1) * edge(c, 2) - edge(b, 2) * edge(c, 1);
    const ny = edge(b, 2) * edge(c, 0) - edge(b, 0) * edge(c, 2);
    const nz = edge(b, 0) * edge(c, 1) - edge(b, 1) * edge(c, 0);
    const sign = nz > 0 ? -1 : 1;
    for (const id of [a, b, c]) {
      out[id] = (out[id] as number) + sign * nx;
      out[id + 1] = (out[id + 1] as number) + sign * ny;
      out[id + 2] = (out[id + 2] as number) + sign * nz;
    }
  }
  return out;
}
