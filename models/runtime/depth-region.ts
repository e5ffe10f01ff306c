import type { Point } from './analysis.ts';
import type { DepthPicture } from './picture.ts';
import { selectRank } from './select.ts';

/** Outlines are drawn in by this factor: at the rim a sensor mixes face and background. */
const OUTLINE_SHRINK = 0.85;
/** Returns farther than this from the median are not the face (hair, hand, background), mm. */
const FACE_HALF_DEPTH_MM = 90;
/** Pixels sampled across the face's width: enough, whatever the picture's size. */
const SAMPLES_ACROSS = 80;
/** Larger jumps between neighbours all count as this one, mm. */
const LARGEST_JUMP_MM = 255;
/** Median of the size of a second difference z - 2z' + z'' of independent normal noise, in standard deviations. */
const SECOND_DIFFERENCE_MEDIAN = 0.6745 * Math.sqrt(6);

/** The part of a depth picture that lies under a face's outline. Its memory is kept from frame to frame. */
export class DepthRegion {
  private outline = new Float64Array(80);
  private corners = 0;
  private returns = new Uint16Array(1 << 14);
  private readonly jumps = new Uint32Array(LARGEST_JUMP_MM + 1);

  /** Box around the outline as drawn in, pixels, last ones included. */
  left = 0;
  right = 0;
  top = 0;
  bottom = 0;
  centreX = 0;
  centreY = 0;
  /** Every n-th pixel of every n-th row is read. */
  step = 1;
  /** First and one past the last pixel of the row that `enterRow` was asked for. */
  from = 0;
  to = 0;
  /** Share of pixels with a return. */
  coverage = 0;
  medianMm = 0;
  /** Standard deviation of the noise that a pixel does not share with its neighbours, mm. */
  noiseMm = 0;

  /** @returns whether there is any return under the outline */
  read(depth: DepthPicture, outline: readonly Point[]): boolean {
    this.setOutline(outline);
    this.left = Math.max(0, Math.ceil(this.left));
    this.top = Math.max(0, Math.ceil(this.top));
    this.right = Math.min(depth.width - 1, Math.floor(this.right));
    this.bottom = Math.min(depth.height - 1, Math.floor(this.bottom));
    if (!(this.right >= this.left && this.bottom >= this.top)) return false;
    this.step = Math.max(1, Math.round((this.right - this.left) / SAMPLES_ACROSS));
    const { step } = this;
    this.reserve(
      Math.ceil((this.bottom - this.top + 1) / step) *
        Math.ceil((this.right - this.left + 1) / step),
    );
    const valid = this.readReturns(depth);
    if (valid === 0) return false;
    this.medianMm = selectRank(this.returns, valid, valid >> 1);
    this.noiseMm = this.medianJump() / SECOND_DIFFERENCE_MEDIAN;
    return true;
  }

  /** Whether a return belongs to the face: a robust window about the median. */
  isFace(z: number): boolean {
    return z !== 0 && Math.abs(z - this.medianMm) <= FACE_HALF_DEPTH_MM;
  }

  /** Finds where a row lies inside the outline. Faces are star-shaped and nearly convex: the outermost crossings do. */
  enterRow(y: number): void {
    const { outline, corners } = this;
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    let px = outline[corners * 2 - 2] as number;
    let py = outline[corners * 2 - 1] as number;
    for (let i = 0; i < corners; i += 1) {
      const qx = outline[i * 2] as number;
      const qy = outline[i * 2 + 1] as number;
      if (py <= y !== qy <= y) {
        const x = px + ((y - py) / (qy - py)) * (qx - px);
        if (x < from) from = x;
        if (x > to) to = x;
      }
      px = qx;
      py = qy;
    }
    this.from = Math.max(this.left, Math.ceil(from));
    this.to = Math.min(this.right, Math.floor(to)) + 1;
    if (!(this.from < this.to)) {
      this.from = 0;
      this.to = 0;
    }
  }

  /** Median of the face's returns in a square; undefined without any. */
  windowMedian(depth: DepthPicture, at: Point, radius: number): number | undefined {
    const { data, width, height } = depth;
    const x0 = Math.max(0, Math.floor(at.x - radius));
    const x1 = Math.min(width - 1, Math.ceil(at.x + radius));
    const y0 = Math.max(0, Math.floor(at.y - radius));
    const y1 = Math.min(height - 1, Math.ceil(at.y + radius));
    if (x1 < x0 || y1 < y0) return undefined;
    this.reserve((x1 - x0 + 1) * (y1 - y0 + 1));
    let valid = 0;
    for (let y = y0; y <= y1; y += 1) {
      for (let x = x0; x <= x1; x += 1) {
        const z = data[y * width + x] as number;
        if (!this.isFace(z)) continue;
        this.returns[valid] = z;
        valid += 1;
      }
    }
    return valid === 0 ? undefined : selectRank(this.returns, valid, valid >> 1);
  }

  private reserve(returns: number): void {
    if (this.returns.length < returns) this.returns = new Uint16Array(returns);
  }

  private setOutline(outline: readonly Point[]): void {
    const n = outline.length;
    if (this.outline.length < n * 2) this.outline = new Float64Array(n * 2);
    let cx = 0;
    let cy = 0;
    for (const point of outline) {
      cx += point.x / n;
      cy += point.y / n;
    }
    this.left = Number.POSITIVE_INFINITY;
    this.top = Number.POSITIVE_INFINITY;
    this.right = Number.NEGATIVE_INFINITY;
    this.bottom = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i += 1) {
      const point = outline[i] as Point;
      const x = cx + (point.x - cx) * OUTLINE_SHRINK;
      const y = cy + (point.y - cy) * OUTLINE_SHRINK;
      this.outline[i * 2] = x;
      this.outline[i * 2 + 1] = y;
      if (x < this.left) this.left = x;
      if (x > this.right) this.right = x;
      if (y < this.top) this.top = y;
      if (y > this.bottom) this.bottom = y;
    }
    this.corners = n;
    this.centreX = cx;
    this.centreY = cy;
  }

  /** Gathers the returns, counts them and the sizes of the second differences along the rows. */
  private readReturns(depth: DepthPicture): number {
    const { data, width } = depth;
    const { step, jumps, returns } = this;
    jumps.fill(0);
    let valid = 0;
    let total = 0;
    for (let y = this.top; y <= this.bottom; y += step) {
      this.enterRow(y);
      for (let x = this.from; x < this.to; x += step) {
        const at = y * width + x;
        const z = data[at] as number;
        total += 1;
        if (z === 0) continue;
        returns[valid] = z;
        valid += 1;
        if (x + 2 >= this.to) continue;
        const next = data[at + 1] as number;
        const last = data[at + 2] as number;
        if (next === 0 || last === 0) continue;
        const jump = Math.min(LARGEST_JUMP_MM, Math.abs(z - 2 * next + last));
        jumps[jump] = (jumps[jump] as number) + 1;
      }
    }
    this.coverage = total === 0 ? 0 : valid / total;
    return valid;
  }

  /** Median of the counted jumps, mm: whole millimetres stand for half a millimetre on either side. */
  private medianJump(): number {
    const { jumps } = this;
    let left = 0;
    for (let j = 0; j <= LARGEST_JUMP_MM; j += 1) left += (jumps[j] as number) / 2;
    let jump = 0;
    while (jump < LARGEST_JUMP_MM && left > (jumps[jump] as number)) {
      left -= jumps[jump] as number;
      jump += 1;
    }
    const share = (jumps[jump] as number) > 0 ? left / (jumps[jump] as number) : 0;
    return jump === 0 ? share / 2 : jump - 0.5 + share;
  }
}
