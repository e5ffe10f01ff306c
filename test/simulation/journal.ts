/** Something that a terminal was told is done. */
export interface Acknowledged {
  readonly hubId: string;
  readonly requestId: string;
  readonly paymentId: string;
  readonly kind: 'capture' | 'authorise' | 'refund' | 'reverse' | 'cancel';
  readonly amountMinor: bigint;
}

/** What all terminals of a run remember, as if on paper: nothing of it is ever lost. */
export class Journal {
  /** In the order in which the terminals heard of it. */
  readonly acknowledged: Acknowledged[] = [];
  /** What was sold, by payment: one sale is paid once, whatever its terminal tries. */
  readonly saleOf = new Map<string, string>();
  refused = 0;
}
