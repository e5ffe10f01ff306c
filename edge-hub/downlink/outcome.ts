import type { DownlinkMessage } from '../../shared/contracts/downlink-messages.ts';

export type MessageOf<Type extends DownlinkMessage['type']> = Extract<
  DownlinkMessage,
  { type: Type }
>;

/** What becomes of a message; one of the two is called, once. */
export interface Outcome {
  /** To be called inside the transaction of what the message did. */
  applied(): void;
  /** Never inside a transaction. @param reason for the record */
  rejected(reason: string): void;
}
