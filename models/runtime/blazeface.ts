import type { PackDetect } from '../packs/pack-manifest.ts';
import type { Detection } from './detection.ts';
import { type Outputs, outputOf } from './network.ts';

type Heads = Extract<PackDetect, { decoder: 'blazeface' }>['heads'];

/** Values per anchor: centre, size, then 6 points of which the first two are the eyes. */
const VALUES_PER_ANCHOR = 16;

/**
 * Reads MediaPipe's BlazeFace: every anchor sits at its cell's centre, and everything is an offset from it
 * in input pixels. Source: mediapipe `face_detection_full_range`/`ssd_anchors_calculator` with fixed anchor size.
 *
 * @returns faces in input pixels, not yet suppressed
 */
export function decodeBlazeface(outputs: Outputs, heads: Heads, minScore: number): Detection[] {
  const found: Detection[] = [];
  // Compared as logits: the sigmoid is only worth computing for the few that pass.
  const minLogit = Math.log(minScore / (1 - minScore));
  for (const head of heads) {
    const scores = outputOf(outputs, head.scores);
    const boxes = outputOf(outputs, head.boxes);
    for (let i = 0; i < scores.length; i += 1) {
      const logit = scores[i] as number;
      if (logit < minLogit) continue;
      const cell = Math.floor(i / head.perCell);
      const ax = ((cell % head.grid) + 0.5) * head.stridePx;
      const ay = (Math.floor(cell / head.grid) + 0.5) * head.stridePx;
      const at = (k: number): number => boxes[i * VALUES_PER_ANCHOR + k] as number;
      const width = at(2);
      const height = at(3);
      found.push({
        box: { x: ax + at(0) - width / 2, y: ay + at(1) - height / 2, width, height },
        score: 1 / (1 + Math.exp(-logit)),
        rightEye: { x: ax + at(4), y: ay + at(5) },
        leftEye: { x: ax + at(6), y: ay + at(7) },
        points: undefined,
      });
    }
  }
  return found;
}
