import type { PadEvidence } from '../../models/runtime/analysis.ts';
import type { LightVerdict } from '../../models/runtime/light-evidence.ts';

export type Liveness = 'live' | 'doubt' | 'attack';

/**
 * What the sensors say together. Depth that shows a face makes up for a weak colour score, but not for all of it: a
 * mask in the shape of a face passes depth, and where colour alone would not have let it pass, that is a doubt.
 *
 * A face that took other colours than the screen's is an attack; one on which the light could not be read is a doubt.
 * A passed light challenge makes up for nothing.
 *
 * @param minLive colour score from which colour alone is enough
 * @param light null where no light was asked for
 */
export function livenessOf(
  pad: PadEvidence,
  minLive: number,
  light: LightVerdict | null,
): Liveness {
  if (!pad.live || light === 'failed') return 'attack';
  if (light === 'unreadable') return 'doubt';
  return pad.colourLive >= minLive ? 'live' : 'doubt';
}
