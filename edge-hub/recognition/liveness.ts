import type { PadEvidence } from '../../models/runtime/analysis.ts';

export type Liveness = 'live' | 'doubt' | 'attack';

/**
 * What the sensors say together. Depth that shows a face makes up for a weak colour score, but not for all of it: a
 * mask in the shape of a face passes depth, and where colour alone would not have let it pass, that is a doubt.
 *
 * @param minLive colour score from which colour alone is enough
 */
export function livenessOf(pad: PadEvidence, minLive: number): Liveness {
  if (!pad.live) return 'attack';
  return pad.colourLive >= minLive ? 'live' : 'doubt';
}
