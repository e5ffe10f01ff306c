import type { RefusalCode } from '../../shared/contracts/refusal.ts';

/** 1:N thresholds of the model pack that made the templates. Scores are cosines. */
export interface IdentifyThresholds {
  /** From here the best candidate may be the person. */
  readonly sure: number;
  /** Below this the best candidate is nobody. */
  readonly floor: number;
  /** How far the best must be ahead of the second person. */
  readonly margin: number;
}

/** Most that one payment by face may take, minor units. */
export interface AmountLimits {
  readonly withDepthMinor: bigint;
  /** Where only a colour network holds off pictures of a face. */
  readonly colourOnlyMinor: bigint;
}

export interface ScoredPerson {
  readonly shopperId: string;
  readonly score: number;
}

/** What the decision looks at; recognition's evidence fits it. */
export interface DecisionInput {
  readonly live: boolean;
  /** One entry per person, best first. */
  readonly candidates: readonly ScoredPerson[];
  /** Whether rank 1 is proven to be the gallery's best. */
  readonly certified: boolean;
  readonly thresholds: IdentifyThresholds;
}

export type Verdict =
  | { readonly outcome: 'approve'; readonly shopperId: string }
  | { readonly outcome: 'decline' | 'fallback'; readonly code: RefusalCode };

/** Codes after which another look may help; after all others another way to pay is offered. */
const LOOK_AGAIN: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'not_an_image',
  'no_face',
  'several_faces',
  'face_too_small',
  'face_turned_away',
  'face_blurred',
  'light_too_low',
  'light_too_strong',
]);

/** The most that this terminal may take in one payment, minor units. */
export function limitFor(limits: AmountLimits, hasDepth: boolean): bigint {
  return hasDepth ? limits.withDepthMinor : limits.colourOnlyMinor;
}

/** Before anybody is looked at: a payment that cannot go through by face needs no face. */
export function decideBeforeLooking(amountMinor: bigint, limitMinor: bigint): Verdict | undefined {
  if (amountMinor <= limitMinor) return undefined;
  return { outcome: 'fallback', code: 'amount_above_limit' };
}

/** When the pictures gave no usable face. */
export function decideWithoutFace(code: RefusalCode): Verdict {
  return { outcome: LOOK_AGAIN.has(code) ? 'decline' : 'fallback', code };
}

/**
 * Who it is, if anybody. Liveness comes first: what is not alive is nobody, however well it compares.
 * Between `floor` and `sure`, without the margin, or without proof of rank 1, nobody is charged.
 */
export function decide(input: DecisionInput): Verdict {
  const { thresholds, candidates } = input;
  if (!input.live) return { outcome: 'fallback', code: 'attack_suspected' };
  const [best, second] = candidates;
  // written so that a score that is not a number never approves
  if (!best || !(best.score >= thresholds.floor)) {
    return { outcome: 'fallback', code: 'not_recognised' };
  }
  const clear = !second || best.score - second.score >= thresholds.margin;
  if (best.score >= thresholds.sure && clear && input.certified) {
    return { outcome: 'approve', shopperId: best.shopperId };
  }
  return { outcome: 'fallback', code: 'ambiguous' };
}
