/** What one payment may take and what it asks for, minor units. */
export interface AmountTiers {
  /** Above this the PIN is asked even of whom the face alone makes sure. */
  readonly pinAboveMinor: bigint;
  /** The same for a regular of the shop. */
  readonly pinAboveForRegularsMinor: bigint;
  /** Above this a minor pays another way. */
  readonly minorsLimitMinor: bigint;
  /** Above this everybody does. */
  readonly limitMinor: bigint;
}

/**
 * What holds off pictures of a face: depth; colour and the light of the terminal's screen, which the face has followed; or
 * colour alone, also where the light could not be read. `none`: there is no face to be held off, the shopper has named
 * themselves by what only they have.
 */
export type Sight = 'depth' | 'light' | 'colour' | 'none';

/** As the hub is set up: the tiers, and limits by what the terminal sees. */
export interface AmountPolicy extends Omit<AmountTiers, 'limitMinor'> {
  readonly withDepthMinor: bigint;
  readonly withLightMinor: bigint;
  readonly colourOnlyMinor: bigint;
}

/**
 * The tiers of one look. The light challenge opens a higher limit, but what it opens asks for the PIN, of everybody: no more
 * is at stake by the face alone than where there is only colour, until the check has been tried on real attacks.
 */
export function tiersFor(policy: AmountPolicy, sight: Sight): AmountTiers {
  const { pinAboveMinor, pinAboveForRegularsMinor, minorsLimitMinor, colourOnlyMinor } = policy;
  const tiers = { pinAboveMinor, pinAboveForRegularsMinor, minorsLimitMinor };
  if (sight === 'depth' || sight === 'none') return { ...tiers, limitMinor: policy.withDepthMinor };
  if (sight === 'colour') return { ...tiers, limitMinor: colourOnlyMinor };
  return {
    minorsLimitMinor,
    pinAboveMinor: least(pinAboveMinor, colourOnlyMinor),
    pinAboveForRegularsMinor: least(pinAboveForRegularsMinor, colourOnlyMinor),
    limitMinor: policy.withLightMinor,
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Whether the amount asks for the PIN. */
export function isAboveTier(amountMinor: bigint, tiers: AmountTiers, familiar: boolean): boolean {
  return amountMinor > (familiar ? tiers.pinAboveForRegularsMinor : tiers.pinAboveMinor);
}
