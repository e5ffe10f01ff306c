import { newId } from '../../shared/web/ids.ts';
import { allowSound } from './chime.ts';
import type { FlowEvent, Screen } from './payment-flow.ts';
import type { RefundConductor } from './refund-conductor.ts';

export interface RefundControls {
  readonly openRecent: () => void;
  readonly reloadRecent: () => void;
  readonly refund: (screen: Extract<Screen, { name: 'refund' }>) => void;
}

/** What the cashier's presses do to the last payments. */
export function refundControls(
  refunds: RefundConductor | undefined,
  dispatch: (event: FlowEvent) => void,
): RefundControls {
  return {
    openRecent: () => {
      if (!refunds) return;
      dispatch({ type: 'recentOpened' });
      void refunds.recent();
    },
    reloadRecent: () => {
      dispatch({ type: 'recentTold', recent: null });
      void refunds?.recent();
    },
    refund: ({ payment, amountMinor }) => {
      if (!refunds || amountMinor <= 0n || amountMinor > BigInt(payment.refundableMinor)) return;
      allowSound();
      const { paymentId, currency } = payment;
      void refunds.refund({ refundId: newId(), paymentId, amountMinor, currency });
    },
  };
}
