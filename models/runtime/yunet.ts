import type { Point } from './analysis.ts';
import type { Detection } from './detection.ts';
import { type Outputs, outputOf } from './network.ts';

/**
 * Reads YuNet (Wu et al. 2023, OpenCV zoo `face_detection_yunet`): per stride a score from class and
 * objectness, a centre and log size relative to the cell, and five points.
 *
 * @param input `widthPx` of the input that was run, a multiple of every stride
 * @returns faces in input pixels, not yet suppressed
 */
export function decodeYunet(
  outputs: Outputs,
  stridesPx: readonly number[],
  input: { readonly minScore: number; readonly widthPx: number },
): Detection[] {
  const found: Detection[] = [];
  const minProduct = input.minScore ** 2;
  for (const stride of stridesPx) {
    const cls = outputOf(outputs, `cls_${stride}`);
    const obj = outputOf(outputs, `obj_${stride}`);
    const bbox = outputOf(outputs, `bbox_${stride}`);
    const kps = outputOf(outputs, `kps_${stride}`);
    const columns = input.widthPx / stride;
    for (let i = 0; i < cls.length; i += 1) {
      const product = clamp01(cls[i] as number) * clamp01(obj[i] as number);
      if (product < minProduct) continue;
      const row = Math.floor(i / columns);
      const column = i % columns;
      const width = Math.exp(bbox[i * 4 + 2] as number) * stride;
      const height = Math.exp(bbox[i * 4 + 3] as number) * stride;
      const point = (k: number): Point => ({
        x: ((kps[i * 10 + 2 * k] as number) + column) * stride,
        y: ((kps[i * 10 + 2 * k + 1] as number) + row) * stride,
      });
      const points = [point(0), point(1), point(2), point(3), point(4)] as const;
      found.push({
        box: {
          x: (column + (bbox[i * 4] as number)) * stride - width / 2,
          y: (row + (bbox[i * 4 + 1] as number)) * stride - height / 2,
          width,
          height,
        },
        score: Math.sqrt(product),
        rightEye: points[0],
        leftEye: points[1],
        points,
      });
    }
  }
  return found;
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
