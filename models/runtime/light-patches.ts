/** A patch of skin: a disc about the mean of some vertices of the mesh (MediaPipe's numbering). */
export interface LightPatch {
  readonly name: string;
  readonly vertices: readonly number[];
}

/**
 * Skin that is mostly bare and evenly coloured: no eyes, brows, lips. The nose has many, for a bent sheet can be as
 * round as a head, but no sheet has a nose.
 */
export const LIGHT_PATCHES: readonly LightPatch[] = [
  { name: 'forehead', vertices: [151] },
  { name: 'forehead high', vertices: [10, 151] },
  { name: 'forehead low', vertices: [9] },
  ...pair('forehead side', 69, 299),
  ...pair('forehead front', 108, 337),
  ...pair('temple', 139, 368),
  { name: 'nose root', vertices: [168] },
  { name: 'nose bridge', vertices: [197] },
  { name: 'nose ridge', vertices: [195] },
  { name: 'nose tip', vertices: [4] },
  ...pair('nose flank high', 236, 456),
  ...pair('nose flank', 198, 420),
  ...pair('nose wing', 49, 279),
  ...pair('beside nose', 142, 371),
  ...pair('cheek inner', 36, 266),
  ...pair('cheek upper', 101, 330),
  ...pair('cheek front', 50, 280),
  ...pair('cheek outer', 123, 352),
  ...pair('cheek side', 137, 366),
  ...pair('cheek low', 207, 427),
  ...pair('jaw', 192, 416),
  { name: 'upper lip', vertices: [164] },
  { name: 'chin', vertices: [199] },
  ...pair('chin side', 211, 431),
];

function pair(name: string, right: number, left: number): LightPatch[] {
  return [
    { name: `${name} right`, vertices: [right] },
    { name: `${name} left`, vertices: [left] },
  ];
}
