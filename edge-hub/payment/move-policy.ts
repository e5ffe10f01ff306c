import type { RefusalCode } from '../../shared/contracts/refusal.ts';

/** What the operator allows of what the table of moves allows. Amounts in minor units, times in milliseconds. */
export interface MovePolicy {
  /** How long an authorisation may wait for its capture. */
  readonly authorisationMs: number;
  /** How long after the capture a payment may be reversed; settlement leaves alone what is younger. */
  readonly reversalMs: number;
  /** How long after the capture it may be refunded. */
  readonly refundMs: number;
  /** The most of one refund. */
  readonly refundLimitMinor: bigint;
  /** The most that one terminal gives back in 24 hours: what a stolen one is good for. */
  readonly refundDailyLimitMinor: bigint;
}

const DAY_MS = 86_400_000;

export type PolicyRefusal = Extract<
  RefusalCode,
  'reversal_too_late' | 'refund_too_late' | 'refund_above_limit'
>;

/** Why the operator does not allow a move that the table has; undefined where they do. */
export function refusedByPolicy(
  policy: MovePolicy,
  move: {
    readonly kind: string;
    readonly amountMinor: bigint;
    readonly capturedAt: string | null;
    readonly nowMs: number;
    /** What the terminal has given back since then. */
    readonly refundedSince: (iso: string) => bigint;
  },
): PolicyRefusal | undefined {
  const { kind, amountMinor, capturedAt, nowMs } = move;
  const ageMs = capturedAt === null ? 0 : nowMs - Date.parse(capturedAt);
  if (kind === 'reverse') return ageMs >= policy.reversalMs ? 'reversal_too_late' : undefined;
  if (kind !== 'refund') return undefined;
  if (ageMs >= policy.refundMs) return 'refund_too_late';
  if (amountMinor > policy.refundLimitMinor) return 'refund_above_limit';
  const today = move.refundedSince(new Date(nowMs - DAY_MS).toISOString());
  return today + amountMinor > policy.refundDailyLimitMinor ? 'refund_above_limit' : undefined;
}
