import { ShadedRaster } from '../../models/evaluation/light/shaded-raster.ts';
import { CANONICAL_FACE } from '../../models/runtime/canonical-face.ts';
import { LIGHT_LINEAR, type LightColour } from '../../shared/contracts/light-sequence.ts';
import type { Species } from './attack-species.ts';
import type { FaceShape } from './face-shape.ts';

/** How much of the room's light the screen's white adds to a surface that faces it. */
const STRENGTH = 0.3;
/** The same for what goes on about the mesh, forehead and neck, and for the wall far behind. */
const SHARE_OF_BODY = 0.8;
const SHARE_OF_WALL = 0.02;
/** The body is a trunk of this many widths of the face, below the chin, and hair about it. */
const BODY_WIDTHS = 2.4;
const HAIR_WIDTHS = 1.3;
/** So far away that a picture has no perspective, pixels. */
const FAR_PX = 1e6;

/** sRGB in linear light and back (IEC 61966-2-1). */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/**
 * Lights a camera's picture with a screen beside the camera: a SIMULATION. A face takes the light as its mesh's surface
 * is turned, a sheet evenly all over; the exposure takes back what it adds on the whole.
 *
 * @param frame.rgb interleaved, 8 bits; changed in place
 */
export function lightByScreen(
  frame: { readonly rgb: Uint8Array; readonly width: number; readonly height: number },
  face: FaceShape,
  { colour, species }: { readonly colour: LightColour; readonly species: Species },
): void {
  const { rgb, width, height } = frame;
  const share =
    species === 'bona-fide' ? faceShare(face, width, height) : sheetShare(face, width, height);
  const shown = LIGHT_LINEAR[colour];
  for (let i = 0; i < width * height; i += 1) {
    const taken = STRENGTH * (share[i] ?? 0);
    for (let k = 0; k < 3; k += 1) {
      const before = LINEAR[rgb[i * 3 + k] ?? 0] ?? 0;
      rgb[i * 3 + k] = byteOf((before * (1 + taken * (shown[k] ?? 0))) / (1 + STRENGTH));
    }
  }
}

/** What each pixel takes of a light from where the camera is. */
function faceShare(face: FaceShape, width: number, height: number): Float32Array {
  const raster = new ShadedRaster(width, height, FAR_PX);
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const vertices = face.vertices.map((value, i) =>
    i % 3 === 0 ? value - cx : i % 3 === 1 ? value - cy : -value,
  );
  const surface = { vertices, triangles: CANONICAL_FACE.triangles };
  const uv = new Float64Array((vertices.length / 3) * 2);
  raster.draw({ surface, uv }, { yaw: 0, pitch: 0, roll: 0, x: 0, y: 0, distance: FAR_PX });
  const share = new Float32Array(width * height);
  const { box } = face;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  for (let i = 0; i < share.length; i += 1) {
    const away = Math.abs((i % width) - middle.x) / box.width;
    const below = Math.floor(i / width) > middle.y + box.height / 2;
    const isBody = away < (below ? BODY_WIDTHS : HAIR_WIDTHS) / 2;
    const around = isBody ? SHARE_OF_BODY : SHARE_OF_WALL;
    share[i] = Number.isFinite(raster.z[i]) ? -(raster.nz[i] ?? 0) : around;
  }
  return share;
}

/** Paper that reaches as far beyond the face as the face is large. */
function sheetShare({ box }: FaceShape, width: number, height: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const across = Math.abs((i % width) - box.x - box.width / 2) / box.width;
    const along = Math.abs(Math.floor(i / width) - box.y - box.height / 2) / box.height;
    return Math.max(across, along) < 1 ? 1 : SHARE_OF_WALL;
  });
}

function byteOf(light: number): number {
  const srgb = light <= 0.003_130_8 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, srgb));
}
