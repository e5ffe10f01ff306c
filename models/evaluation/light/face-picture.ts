import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { CANONICAL_FACE, CANONICAL_POINTS } from '../../runtime/canonical-face.ts';
import { LIGHT_PATCHES } from '../../runtime/light-patches.ts';
import type { FaceSurface } from '../depth/face-surface.ts';

/** Reflectance of red, green, blue at a place of a face, mm from the middle of its eyes and mouth. */
export type Albedo = (u: number, v: number) => readonly [number, number, number];

/** Where the patches of a light challenge are on this face: the canonical ones, stretched as its eyes and mouth are. */
export function patchPlaces(face: FaceSurface): readonly (readonly [number, number])[] {
  const { vertices } = CANONICAL_FACE;
  const mean = (ids: readonly number[], axis: number): number =>
    ids.reduce((sum, id) => sum + (vertices[id * 3 + axis] as number), 0) / ids.length;
  const own = (point: number, axis: number): number => face.points[point * 3 + axis] as number;
  const { rightEye, leftEye, rightMouth, leftMouth, nose } = CANONICAL_POINTS;
  const middle = [0, 1].map((axis) =>
    [rightEye, leftEye, rightMouth, leftMouth].reduce((sum, ids) => sum + mean(ids, axis) / 4, 0),
  ) as [number, number];
  const wide = (own(1, 0) - own(0, 0)) / (mean(leftEye, 0) - mean(rightEye, 0));
  const high = (own(3, 1) - own(0, 1)) / (mean(rightMouth, 1) - mean(rightEye, 1));
  // the mesh follows the nose's own tip, which the eyes and mouth do not tell
  const noseShift = own(2, 1) - (mean(nose, 1) - middle[1]) * high;
  return LIGHT_PATCHES.map(({ name, vertices: ids }) => [
    (mean(ids, 0) - middle[0]) * wide,
    (mean(ids, 1) - middle[1]) * high + (/^nose (tip|wing|flank)/.test(name) ? noseShift : 0),
  ]);
}

/** Lighter and darker skin, evenly spread: reflectance of red, green, blue. */
function anySkin(random: SeededRandom): readonly [number, number, number] {
  const light = random.next();
  return [0.16 + 0.44 * light, 0.08 + 0.31 * light, 0.05 + 0.23 * light];
}

/** A face's colours: skin with its unevenness, eyes, brows, lips, and hair above. No person's. */
export function anyFaceAlbedo(face: FaceSurface, random: SeededRandom): Albedo {
  const skin = anySkin(random);
  const { points } = face;
  const at = (i: number): readonly [number, number] => [
    points[i * 3] as number,
    points[i * 3 + 1] as number,
  ];
  const [[rx, ry], [lx, ly]] = [at(0), at(1)];
  const mouth = [(at(3)[0] + at(4)[0]) / 2, (at(3)[1] + at(4)[1]) / 2] as const;
  const hairline = ry - random.between(50, 75);
  const blush = random.between(0, 0.12);
  const beard = random.next() < 0.25 ? random.between(0.3, 0.7) : 0;
  const waves = Array.from({ length: 6 }, () => ({
    x: random.between(-1, 1) / 8,
    y: random.between(-1, 1) / 8,
    phase: random.between(0, 6.3),
    depth: random.between(0.01, 0.04),
  }));
  return (u, v) => {
    if (v < hairline) return [0.04, 0.035, 0.03];
    const eye = inside(u, v, [rx, ry, 14, 6]) || inside(u, v, [lx, ly, 14, 6]);
    if (eye) return [0.2, 0.18, 0.17];
    if (inside(u, v, [rx, ry - 20, 20, 5]) || inside(u, v, [lx, ly - 20, 20, 5])) {
      return [0.07, 0.06, 0.05];
    }
    let grain = 1;
    for (const wave of waves) grain += wave.depth * Math.sin(wave.x * u + wave.y * v + wave.phase);
    if (inside(u, v, [mouth[0], mouth[1], 26, 9])) {
      return [skin[0] * 0.85 * grain, skin[1] * 0.55 * grain, skin[2] * 0.62 * grain];
    }
    const bearded = beard > 0 && v > mouth[1] - 18 ? 1 - beard : 1;
    const cheek = Math.abs(Math.abs(u) - 35) < 18 && Math.abs(v) < 25 ? 1 - blush : 1;
    return [
      skin[0] * grain * bearded,
      skin[1] * grain * bearded * cheek,
      skin[2] * grain * bearded * cheek,
    ];
  };
}

/** Whether a place lies in an ellipse, given by its middle and its half axes. */
function inside(u: number, v: number, [x, y, a, b]: readonly number[]): boolean {
  return (
    ((u - (x as number)) / (a as number)) ** 2 + ((v - (y as number)) / (b as number)) ** 2 < 1
  );
}
