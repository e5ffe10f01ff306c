import type { FaceBox, FivePoints, Point } from './analysis.ts';

/** A face as the detector sees it, in picture pixels. Right and left are the person's: right is on the picture's left. */
export interface Detection {
  readonly box: FaceBox;
  /** 0-1. */
  readonly score: number;
  readonly rightEye: Point;
  readonly leftEye: Point;
  /** Where the detector gives all five. */
  readonly points: FivePoints | undefined;
}
