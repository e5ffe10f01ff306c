import type { Surface } from '../../runtime/canonical-face.ts';
import { drawBody, emptyScene } from './scene.ts';

/** From this far away a picture is as good as one without perspective, mm. */
const FAR_MM = 1e5;
const HALF_MM = { width: 90, height: 120 } as const;

/** A face's surface as heights over its plane, on a grid. */
export class FaceRelief {
  private readonly width: number;
  private readonly height: number;
  private readonly stepMm: number;
  private readonly heights: Float32Array;

  constructor(surface: Surface, stepMm: number) {
    this.stepMm = stepMm;
    this.width = Math.round((2 * HALF_MM.width) / stepMm) + 1;
    this.height = Math.round((2 * HALF_MM.height) / stepMm) + 1;
    const scene = emptyScene(this.width, this.height, FAR_MM / stepMm);
    const albedo = new Float32Array(surface.vertices.length / 3);
    drawBody(
      scene,
      { surface, albedo },
      { yaw: 0, pitch: 0, roll: 0, x: 0, y: 0, distance: FAR_MM },
    );
    this.heights = scene.mm.map((z) => FAR_MM - z);
  }

  /** Height at a place, mm; -Infinity beside the face. */
  at(x: number, y: number): number {
    const u = Math.round(x / this.stepMm + (this.width - 1) / 2);
    const v = Math.round(y / this.stepMm + (this.height - 1) / 2);
    if (u < 0 || v < 0 || u >= this.width || v >= this.height) return Number.NEGATIVE_INFINITY;
    return this.heights[v * this.width + u] as number;
  }

  /** A bowl about the face: what a bent base does already. */
  bowl(): (x: number, y: number) => number {
    return (x, y) => -((x / 70) ** 2) * 30 - (y / 95) ** 2 * 14;
  }

  /** Lowest and highest over a reference inside the face. */
  range(reference: (x: number, y: number) => number): { from: number; to: number } {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let y = -70; y <= 70; y += this.stepMm) {
      for (let x = -50; x <= 50; x += this.stepMm) {
        const h = this.at(x, y) - reference(x, y);
        if (!Number.isFinite(h)) continue;
        from = Math.min(from, h);
        to = Math.max(to, h);
      }
    }
    return { from, to };
  }
}
