import type { DepthEvidence } from '../../runtime/analysis.ts';
import { measureDepth } from '../../runtime/depth-evidence.ts';
import type { DepthPicture } from '../../runtime/picture.ts';
import { type FailedCheck, failedDepthChecks } from '../../runtime/presentation-attack.ts';
import type { FacePlacement } from './face-placement.ts';

/** What the product makes of one depth picture. Only without any failed check is a presentation accepted. */
export interface DepthVerdict {
  readonly evidence: DepthEvidence | undefined;
  readonly failed: readonly FailedCheck[];
}

/** The product's own measurement and decision; without a face or a surface it refuses, as the product does. */
export function judgeDepth(
  picture: DepthPicture,
  focalPx: number,
  placement: FacePlacement | undefined,
): DepthVerdict {
  const evidence = placement && measureDepth(picture, { ...placement, focalPx });
  return { evidence, failed: evidence ? failedDepthChecks(evidence) : ['depth_holes'] };
}
