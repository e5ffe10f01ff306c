import sharp from 'sharp';
import type { FaceBox } from '../../models/runtime/analysis.ts';
import type { Picture } from '../../models/runtime/picture.ts';

/** Strongly blurred colours of a photo: what is painted where a frame reaches beyond it. */
export async function blurredCopy(photo: Picture): Promise<Picture> {
  const { width, height } = photo;
  const small = { width: Math.max(8, width >> 3), height: Math.max(8, height >> 3) };
  const shrunk = await sharp(photo.data, { raw: { width, height, channels: 3 } })
    .resize(small.width, small.height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const raw = { ...small, channels: 3 } as const;
  // Passes of their own: in one pipeline sharp resizes first, whatever the order of the calls.
  const sigma = Math.max(1, 0.2 * Math.min(small.width, small.height));
  const soft = await sharp(shrunk, { raw }).blur(sigma).raw().toBuffer();
  const data = await sharp(soft, { raw })
    .resize(width, height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { data, width, height };
}

/**
 * Makes bystanders unrecognisable in a copy of a photo: one person stands at a counter. Each box is blurred beyond
 * what a detector finds, with a soft rim.
 */
export function withoutFaces(photo: Picture, blurred: Picture, boxes: readonly FaceBox[]): Picture {
  const data = Uint8Array.from(photo.data);
  const { width, height } = photo;
  for (const box of boxes) {
    const cx = box.x + box.width / 2;
    const cy = box.y + box.height / 2 - box.height * 0.1;
    const rx = box.width * 0.75;
    const ry = box.height * 0.95;
    const y0 = Math.max(0, Math.floor(cy - ry));
    const y1 = Math.min(height - 1, Math.ceil(cy + ry));
    const x0 = Math.max(0, Math.floor(cx - rx));
    const x1 = Math.min(width - 1, Math.ceil(cx + rx));
    for (let y = y0; y <= y1; y += 1) {
      for (let x = x0; x <= x1; x += 1) {
        const r = Math.hypot((x - cx) / rx, (y - cy) / ry);
        const share = Math.min(1, Math.max(0, (1 - r) / 0.25));
        const p = (y * width + x) * 3;
        for (let k = p; k < p + 3; k += 1) {
          data[k] = (data[k] ?? 0) * (1 - share) + (blurred.data[k] ?? 0) * share;
        }
      }
    }
  }
  return { data, width, height };
}
