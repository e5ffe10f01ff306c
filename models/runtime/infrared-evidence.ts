import type { InfraredEvidence } from './analysis.ts';
import { FACE_PART } from './face-relief.ts';
import { NormalSums } from './least-squares.ts';
import { selectRank } from './select.ts';

/** The surface under a face in cells, row after row, with the infrared light that came back from each. */
export interface LitSurface {
  readonly columns: number;
  readonly rows: number;
  /** Part of the face (`FACE_PART`) of each cell, -1 where there is none. */
  readonly parts: Int8Array;
  /** Means of each cell, mm, camera coordinates (x right, y down, z away). */
  readonly spatial: Float64Array;
  /** Light of each cell as a share of what a white matt surface sends back from there, facing the camera. */
  readonly light: Float64Array;
}

/** Terms of the fit: level and shading. */
const TERMS = 2;
/** Normals are those of a plane through the cells up to this far away on each side. */
const REACH_CELLS = 2;
/** Surfaces more slanted than this are left out (cosine): their normals are the least certain, and beside them there is hair. */
const MIN_COSINE = 0.5;
/** Fewer cells than this tell nothing. */
const MIN_CELLS = 120;
const MIN_EYE_CELLS = 12;
/** Rounds of the fit, each with less weight for cells that lie off the last one's: hair, beard, gloss. */
const ROUNDS = 4;
/** A cell that is off by this much (logarithm) counts half, one that is off by twice as much a fifth. */
const HALF_WEIGHT = 0.15;
/** The darkest cells of the eyes that are told. */
const DARKEST_SHARE = 0.25;
/** Median of the size of a normal deviate, in standard deviations. */
const NORMAL_MEDIAN = 0.6745;
/** Light of cells that sent nothing back. */
const LEAST_LIGHT = 1e-4;

/**
 * What the infrared light says that a face sent back. The sensor's own lamp lies beside its lens, so a matt surface of
 * albedo a at distance z, its normal at an angle to the line of sight, returns a cos(angle) / z². The distance is taken out
 * beforehand; log(light) = log a + s log(cos) is fitted over the face, the cosines from the depth. Skin is bright there
 * whatever its colour (melanin lets near infrared pass), shaded by its shape, smooth; eyes with their brows are darker.
 */
export class InfraredFit {
  private readonly sums = new NormalSums(TERMS);
  private count = 0;
  private readonly logCosines: Float64Array;
  private readonly logLights: Float64Array;
  private readonly eyes: Uint8Array;
  private readonly offs: Float64Array;

  /** @param cells the most that a surface has */
  constructor(cells: number) {
    this.logCosines = new Float64Array(cells);
    this.logLights = new Float64Array(cells);
    this.eyes = new Uint8Array(cells);
    this.offs = new Float64Array(cells);
  }

  /** @returns undefined where too little of the face can be told */
  measure(surface: LitSurface): InfraredEvidence | undefined {
    this.count = 0;
    for (let row = 0; row < surface.rows; row += 1) {
      for (let column = 0; column < surface.columns; column += 1) {
        this.keep(surface, column, row);
      }
    }
    const fitted = this.fit();
    if (!fitted) return undefined;
    const eyes = this.darkestOfEyes(fitted);
    return eyes === undefined
      ? undefined
      : {
          albedo: Math.exp(fitted.level),
          shading: fitted.shading,
          eyes,
          unevenness: this.unevenness(fitted),
        };
  }

  private keep(surface: LitSurface, column: number, row: number): void {
    const at = row * surface.columns + column;
    const part = surface.parts[at] as number;
    if (part < 0 || part === FACE_PART.jaw) return;
    const cosine = cosineAt(surface, column, row);
    if (!(cosine >= MIN_COSINE)) return;
    this.logCosines[this.count] = Math.log(cosine);
    this.logLights[this.count] = Math.log(Math.max(LEAST_LIGHT, surface.light[at] as number));
    this.eyes[this.count] = part === FACE_PART.eyes ? 1 : 0;
    this.count += 1;
  }

  /** Level and shading of all but the eyes. */
  private fit(): Fitted | undefined {
    const { sums } = this;
    let fitted: Fitted = { level: this.medianLight(), shading: 1 };
    for (let round = 0; round < ROUNDS; round += 1) {
      sums.clear();
      for (let i = 0; i < this.count; i += 1) {
        if (this.eyes[i] === 1) continue;
        sums.row[0] = 1;
        sums.row[1] = this.logCosines[i] as number;
        sums.row[TERMS] = this.logLights[i] as number;
        sums.add(1 / (1 + (this.off(i, fitted) / HALF_WEIGHT) ** 2));
      }
      if (sums.samples < MIN_CELLS) return undefined;
      // A sheet that faces the camera has one cosine: there is no shading to tell.
      const both = sums.fit(TERMS) !== undefined;
      if (!both && sums.fit(1) === undefined) return undefined;
      fitted = { level: sums.coefficient(0), shading: both ? sums.coefficient(1) : 0 };
    }
    return fitted;
  }

  private off(i: number, { level, shading }: Fitted): number {
    return (this.logLights[i] as number) - level - shading * (this.logCosines[i] as number);
  }

  private medianLight(): number {
    this.offs.set(this.logLights.subarray(0, this.count));
    return this.count === 0 ? 0 : selectRank(this.offs, this.count, this.count >> 1);
  }

  private unevenness(fitted: Fitted): number {
    let n = 0;
    for (let i = 0; i < this.count; i += 1) {
      if (this.eyes[i] === 1) continue;
      this.offs[n] = Math.abs(this.off(i, fitted));
      n += 1;
    }
    return selectRank(this.offs, n, n >> 1) / NORMAL_MEDIAN;
  }

  /** The rank at the darkest share's end. */
  private darkestOfEyes(fitted: Fitted): number | undefined {
    let n = 0;
    for (let i = 0; i < this.count; i += 1) {
      if (this.eyes[i] !== 1) continue;
      this.offs[n] = this.off(i, fitted);
      n += 1;
    }
    return n < MIN_EYE_CELLS ? undefined : selectRank(this.offs, n, Math.floor(n * DARKEST_SHARE));
  }
}

interface Fitted {
  readonly level: number;
  readonly shading: number;
}

/** Cosine between the surface's normal and the line of sight; NaN where too few cells are around. */
function cosineAt(surface: LitSurface, column: number, row: number): number {
  const { columns, rows, parts, spatial } = surface;
  let [n, sx, sy, sz, sxx, sxy, syy, sxz, syz] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const own = (row * columns + column) * 3;
  const [x0, y0, z0] = [spatial[own], spatial[own + 1], spatial[own + 2]] as [
    number,
    number,
    number,
  ];
  const lastRow = Math.min(rows - 1, row + REACH_CELLS);
  const lastColumn = Math.min(columns - 1, column + REACH_CELLS);
  for (let v = Math.max(0, row - REACH_CELLS); v <= lastRow; v += 1) {
    for (let u = Math.max(0, column - REACH_CELLS); u <= lastColumn; u += 1) {
      const at = v * columns + u;
      if ((parts[at] as number) < 0) continue;
      const x = (spatial[at * 3] as number) - x0;
      const y = (spatial[at * 3 + 1] as number) - y0;
      const z = (spatial[at * 3 + 2] as number) - z0;
      n += 1;
      sx += x;
      sy += y;
      sz += z;
      sxx += x * x;
      sxy += x * y;
      syy += y * y;
      sxz += x * z;
      syz += y * z;
    }
  }
  const cxx = sxx - (sx * sx) / n;
  const cxy = sxy - (sx * sy) / n;
  const cyy = syy - (sy * sy) / n;
  const cxz = sxz - (sx * sz) / n;
  const cyz = syz - (sy * sz) / n;
  const det = cxx * cyy - cxy * cxy;
  const a = (cxz * cyy - cyz * cxy) / det;
  const b = (cyz * cxx - cxz * cxy) / det;
  // n < 3 leaves det at 0, and so NaN.
  return Math.abs(z0 - a * x0 - b * y0) / (Math.hypot(a, b, 1) * Math.hypot(x0, y0, z0));
}
