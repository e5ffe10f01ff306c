import { binOfValue, MISSING_BIN } from './feature-bins.ts';
import type { Company, Scorecard } from './scorecard.ts';

/** Why a company is not scored, or a score not learnt. */
export type Refusal = 'too-little-known' | 'too-few-companies' | 'too-few-bad' | 'too-few-good';

/** What is needed to learn: a score of fewer says little, and says it as if it were sure. */
const LEAST_COMPANIES = 200;
const LEAST_OF_EACH = 30;
/** What is needed of a company: with less the score is the average company's, not its own. */
export const LEAST_KNOWN_SHARE = 0.5;

/** Whether a score can be learnt from these companies. @returns undefined where it can */
export function refusalToLearn(bad: Uint8Array): Refusal | undefined {
  const bads = bad.reduce((sum, label) => sum + label, 0);
  if (bad.length < LEAST_COMPANIES) return 'too-few-companies';
  if (bads < LEAST_OF_EACH) return 'too-few-bad';
  return bad.length - bads < LEAST_OF_EACH ? 'too-few-good' : undefined;
}

/** Whether a company can be scored. @returns undefined where it can */
export function refusalToScore(scorecard: Scorecard, company: Company): Refusal | undefined {
  return knownShare(scorecard, company) < LEAST_KNOWN_SHARE ? 'too-little-known' : undefined;
}

/** Share of the features a scorecard looks at that are known of a company. */
export function knownShare({ terms }: Scorecard, company: Company): number {
  const known = new Map(
    terms.flatMap((term) =>
      term.bins.map(
        (bins) => [bins.name, binOfValue(bins, company.get(bins.name)) !== MISSING_BIN] as const,
      ),
    ),
  );
  if (known.size === 0) return 0;
  return [...known.values()].filter(Boolean).length / known.size;
}
