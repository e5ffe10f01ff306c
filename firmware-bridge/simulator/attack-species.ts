/** What is held before the camera to pass for a face: instruments of a presentation attack (ISO/IEC 30107). */
export const ATTACK_SPECIES = [
  'flat-print',
  'bent-print-1',
  'bent-print-2',
  'phone-screen',
] as const;
export type AttackSpecies = (typeof ATTACK_SPECIES)[number];

/** What stands before the camera: a person, or an artefact. */
export type Species = 'bona-fide' | AttackSpecies;
