import type { DepthEvidence } from '../../runtime/analysis.ts';
import { measureDepth } from '../../runtime/depth-evidence.ts';
import type { DepthPicture, InfraredPicture } from '../../runtime/picture.ts';
import {
  type FailedCheck,
  failedDepthChecks,
  failedInfraredChecks,
} from '../../runtime/presentation-attack.ts';
import type { FacePlacement } from './face-placement.ts';

/** What the product makes of one depth picture. Only without any failed check is a presentation accepted. */
export interface DepthVerdict {
  readonly evidence: DepthEvidence | undefined;
  readonly failed: readonly FailedCheck[];
  /** Checks that the infrared picture beside it failed; absent without one. */
  readonly failedInfrared?: readonly FailedCheck[];
}

/** The product's own measurement and decision; without a face or a surface it refuses, as the product does. */
export function judgeDepth(
  pictures: { readonly depth: DepthPicture; readonly infrared?: InfraredPicture | undefined },
  focalPx: number,
  placement: FacePlacement | undefined,
): DepthVerdict {
  const { depth, infrared } = pictures;
  const evidence = placement && measureDepth(depth, { ...placement, focalPx }, infrared);
  return {
    evidence,
    failed: evidence ? failedDepthChecks(evidence) : ['depth_holes'],
    ...(infrared && { failedInfrared: failedInfraredChecks(evidence?.infrared ?? 'unreadable') }),
  };
}
