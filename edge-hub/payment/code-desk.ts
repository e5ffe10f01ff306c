import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import {
  CODE_AHEAD_MS,
  CODE_GOOD_MS,
  codeId,
  codeSigningInput,
  type PaymentCode,
  readPaymentCode,
} from '../../shared/contracts/payment-code.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import { tiersFor } from '../decision/amount-tiers.ts';
import { decideBeforeLooking, type Refused, type Verdict } from '../decision/decision.ts';
import type { CodeKeyStore } from '../enrolment/code-key-store.ts';
import { type CheckedClaim, claimEvidence, NO_STAGES } from './claim.ts';
import {
  again,
  type Conclusion,
  type ConclusionParts,
  type PaymentAnswer,
  type PaymentRefusal,
} from './payment-conclusion.ts';

/** A one-time code that ingress has taken from a terminal. */
export interface CheckedCode extends CheckedClaim {
  readonly way: 'code';
  /** The picture's text. */
  readonly code: string;
}

export interface CodeParts extends ConclusionParts {
  readonly conclusion: Conclusion;
  readonly codeKeys: CodeKeyStore;
}

const NOT_GOOD: Refused = { outcome: 'decline', code: 'code_not_good' };

/** Nobody's code: well formed, so that the same work is done for what is not. */
const DECOY: PaymentCode = {
  keyId: '0'.repeat(32),
  madeAtS: 0,
  signature: new Uint8Array(64).fill(1),
};

/**
 * Payments by the one-time code on the shopper's phone. The phone alone has the key, so that neither a hub nor whoever steals
 * one can make a code; the hub checks it without central. Whether a key is known shows neither in the answer nor in the time:
 * an unknown key, a wrong signature, a code too old and one used up hear the same, after the same work.
 */
export class CodeDesk {
  private readonly parts: CodeParts;
  private readonly decoy: KeyObject;

  constructor(parts: CodeParts) {
    this.parts = parts;
    this.decoy = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  }

  async pay(claim: CheckedCode): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { booking, conclusion, questions, amounts, codeKeys } = this.parts;
    const known = booking.alreadyTaken(claim);
    if (known) return known.ok ? ok({ ...again(claim), ...known.value }) : known;
    const { terminalId, amountMinor } = claim.terms;
    questions.close(terminalId);
    const nobody = { stagesMs: NO_STAGES, bestScore: null, light: null, evidence: null };
    const early = decideBeforeLooking(amountMinor, tiersFor(amounts, 'none').limitMinor);
    if (early) return conclusion.conclude(claim, () => early, nobody);
    const code = readPaymentCode(claim.code) ?? DECOY;
    const shopperId = this.signerOf(code);
    if (shopperId === undefined || !this.isFresh(code)) {
      return conclusion.conclude(claim, () => NOT_GOOD, nobody);
    }
    const paidBy = { codeId: codeId(code) };
    const evidence = { ...claimEvidence(claim, shopperId), ...paidBy, way: claim.way };
    // used up by whatever comes of it, in the same transaction
    const verdict = (): Verdict => (codeKeys.use(code) ? conclusion.verdictOn(evidence) : NOT_GOOD);
    return conclusion.conclude({ ...claim, ...paidBy }, verdict, { ...evidence, evidence });
  }

  /** Whose phone has made it. */
  private signerOf(code: PaymentCode): string | undefined {
    const owner = this.parts.codeKeys.find(code.keyId);
    const key = owner
      ? createPublicKey({ key: owner.publicKey, format: 'der', type: 'spki' })
      : this.decoy;
    const text = Buffer.from(codeSigningInput(code));
    const isSigned = verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, code.signature);
    return isSigned ? owner?.shopperId : undefined;
  }

  private isFresh({ madeAtS }: PaymentCode): boolean {
    const ageMs = this.parts.clock.now() - madeAtS * 1_000;
    return ageMs >= -CODE_AHEAD_MS && ageMs <= CODE_GOOD_MS;
  }
}
