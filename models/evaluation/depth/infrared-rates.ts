import type { InfraredEvidence } from '../../runtime/analysis.ts';
import type { FailedCheck } from '../../runtime/presentation-attack.ts';
import type { DepthVerdict } from './depth-verdict.ts';
import { heldOutRejection, LIMITED_INFRARED } from './held-out.ts';

/** One species where depth and infrared judge together. Rates are shares from 0 to 1. */
export interface InfraredSpeciesRates {
  /** Presentations with an infrared picture. */
  readonly attacks: number;
  /** Neither refused them. */
  readonly accepted: number;
  readonly apcer: number;
  /** Accepted by infrared if it were asked alone, whatever depth says. */
  readonly acceptedByInfrared: number;
}

/** Real faces where depth and infrared judge together. */
export interface InfraredFaces {
  /** Presentations with an infrared picture. */
  readonly bonaFide: number;
  readonly bpcer: number;
  /** Refused by infrared, whatever depth says. */
  readonly refusedByInfrared: number;
  readonly failedChecks: Readonly<Partial<Record<FailedCheck, number>>>;
  /** See `heldOutRejection`: over the infrared measures; null for fewer than three people. */
  readonly heldOutBpcer: number | null;
}

type Judged = DepthVerdict & { readonly failedInfrared: readonly FailedCheck[] };

/** @returns undefined without any infrared picture */
export function speciesWithInfrared(
  verdicts: readonly DepthVerdict[],
): InfraredSpeciesRates | undefined {
  const judged = verdicts.filter(hasInfrared);
  if (judged.length === 0) return undefined;
  const byInfrared = judged.filter(({ failedInfrared }) => failedInfrared.length === 0);
  const accepted = byInfrared.filter(({ failed }) => failed.length === 0).length;
  return {
    attacks: judged.length,
    accepted,
    apcer: accepted / judged.length,
    acceptedByInfrared: byInfrared.length,
  };
}

/**
 * @param files presentations of real faces, with whose each is
 * @returns undefined without any infrared picture
 */
export function facesWithInfrared(
  files: readonly (DepthVerdict & { readonly person: string })[],
): InfraredFaces | undefined {
  const judged = files.filter(hasInfrared);
  if (judged.length === 0) return undefined;
  const failedChecks: Partial<Record<FailedCheck, number>> = {};
  for (const check of judged.flatMap(({ failedInfrared }) => failedInfrared)) {
    failedChecks[check] = (failedChecks[check] ?? 0) + 1;
  }
  const samples = judged.flatMap(({ person, evidence }) => {
    const infrared = evidence?.infrared;
    return readable(infrared) ? [{ person, evidence: infrared }] : [];
  });
  const refused = judged.filter((v) => v.failed.length > 0 || v.failedInfrared.length > 0);
  return {
    bonaFide: judged.length,
    bpcer: refused.length / judged.length,
    refusedByInfrared: judged.filter(({ failedInfrared }) => failedInfrared.length > 0).length,
    failedChecks,
    heldOutBpcer: heldOutRejection(samples, LIMITED_INFRARED) ?? null,
  };
}

function hasInfrared<V extends DepthVerdict>(verdict: V): verdict is V & Judged {
  return verdict.failedInfrared !== undefined;
}

function readable(
  infrared: InfraredEvidence | 'unreadable' | undefined,
): infrared is InfraredEvidence {
  return infrared !== undefined && infrared !== 'unreadable';
}
