/** What one payment by face may take and what it asks for, minor units. */
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

/** As the hub is set up: the tiers, and a limit of its own where only colour holds off pictures of a face. */
export interface AmountPolicy extends Omit<AmountTiers, 'limitMinor'> {
  readonly withDepthMinor: bigint;
  readonly colourOnlyMinor: bigint;
}

/** The tiers of one terminal. */
export function tiersFor(policy: AmountPolicy, hasDepth: boolean): AmountTiers {
  const { pinAboveMinor, pinAboveForRegularsMinor, minorsLimitMinor } = policy;
  const limitMinor = hasDepth ? policy.withDepthMinor : policy.colourOnlyMinor;
  return { pinAboveMinor, pinAboveForRegularsMinor, minorsLimitMinor, limitMinor };
}

/** Whether the amount asks for the PIN. */
export function isAboveTier(amountMinor: bigint, tiers: AmountTiers, familiar: boolean): boolean {
  return amountMinor > (familiar ? tiers.pinAboveForRegularsMinor : tiers.pinAboveMinor);
}
