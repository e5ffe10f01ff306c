import type { AmountTiers } from '../decision/amount-tiers.ts';
import {
  type DecisionCandidate,
  decide,
  type IdentifyThresholds,
  type Question,
} from '../decision/decision.ts';
import type { GallerySearch } from '../recognition/gallery.ts';

/** What is to be known of everybody in the gallery. */
export interface PersonFacts {
  readonly last4: string;
  readonly pin: string;
  readonly familiar: boolean;
  readonly lookAlike: boolean;
}

export interface Play {
  /** Whether the first look alone put somebody into the sure zone, and whom. */
  readonly sureOf: string | undefined;
  /** Who is charged in the end. */
  readonly charged: string | undefined;
  /** What had been asked by then. */
  readonly asked: ReadonlySet<Question>;
}

/** An everyday amount: below every tier, so that only faces and answers matter. */
const AMOUNT_MINOR = 3_000n;
const TIERS: AmountTiers = {
  pinAboveMinor: 20_000n,
  pinAboveForRegularsMinor: 30_000n,
  minorsLimitMinor: 5_000n,
  limitMinor: 50_000n,
};

/**
 * Plays the hub's decision policy on one search to its end: the very `decide` that decides payments.
 *
 * @param factsOf of a candidate
 * @param answer what the shopper says; a stranger can only guess
 */
export function playPolicy(options: {
  readonly search: GallerySearch;
  readonly thresholds: IdentifyThresholds;
  readonly factsOf: (personId: string) => PersonFacts;
  readonly answer: (question: Question) => string;
}): Play {
  const { search, thresholds, factsOf, answer } = options;
  const asked = new Set<Question>();
  let candidates: readonly DecisionCandidate[] = search.candidates.map((candidate) => {
    const { familiar, lookAlike } = factsOf(candidate.shopperId);
    const unasked = { lock: 'open', last4: 'unasked', pin: 'unasked', minor: false } as const;
    return { ...candidate, ...unasked, familiar, lookAlike };
  });
  let sureOf: string | undefined;
  for (let wrongAnswers = 0; ; ) {
    const verdict = decide({
      liveness: 'live',
      candidates,
      certified: search.certified,
      thresholds,
      amountMinor: AMOUNT_MINOR,
      tiers: TIERS,
      questions: 'open',
      wrongAnswers,
    });
    // before any answer the policy names one person only when it is sure of them
    if (asked.size === 0) sureOf = namedBy(verdict);
    if (verdict.outcome !== 'ask') {
      return {
        sureOf,
        charged: verdict.outcome === 'approve' ? verdict.shopperId : undefined,
        asked,
      };
    }
    const { question, of } = verdict;
    asked.add(question);
    const said = answer(question);
    const right = of.filter((personId) => factsOf(personId)[question] === said);
    if (right.length === 0) wrongAnswers += 1;
    candidates = candidates.map((candidate) =>
      of.includes(candidate.shopperId)
        ? { ...candidate, [question]: right.includes(candidate.shopperId) ? 'right' : 'wrong' }
        : candidate,
    );
  }
}

function namedBy(verdict: ReturnType<typeof decide>): string | undefined {
  if (verdict.outcome === 'approve') return verdict.shopperId;
  return verdict.outcome === 'ask' && verdict.question === 'pin' ? verdict.of[0] : undefined;
}
