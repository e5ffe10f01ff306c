/**
 * - `passed`: the face took the colours in the order in which they were shown, and as something shaped like a face does.
 * - `failed`: it clearly took other colours, or clearly took them as a sheet does.
 * - `unreadable`: neither can be said. A face in the sun, and a screen that shines by itself, both hardly take any.
 */
export type LightVerdict = 'passed' | 'failed' | 'unreadable';

/** What kept a verdict from `passed`, for metrics. */
export type LightReason =
  | 'frames_missing'
  | 'no_background'
  | 'patches_missing'
  | 'too_weak'
  | 'unclear'
  | 'other_colours'
  | 'flat'
  | 'shape_unclear';

/** What a burst says of the light that was shown. Ratios; nothing in it says who it is. */
export interface LightEvidence {
  readonly verdict: LightVerdict;
  readonly reason: LightReason | null;
  /** How much of the room's light on the face the screen's full light adds, the mean over channels; NaN unmeasured. */
  readonly strength: number;
  /** Share of the change of colour from step to step that the shown colours explain, 0-1. */
  readonly follow: number;
  /** How much of a mean face's shading lies on the best smooth one: 1 = all of it, 0 = a sheet however bent. */
  readonly relief: number;
  /** Standard error of `relief`. */
  readonly reliefError: number;
}
