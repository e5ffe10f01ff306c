/** How central talks to the bank that pays merchants. Never called inside a transaction. */
export interface BankPort {
  /**
   * Hands over a payment file. The same file again, by its message id, is the same file: a bank pays it once.
   *
   * @throws when it is not certain that the bank has it: it is sent again later
   */
  submit(file: { readonly messageId: string; readonly xml: string }): Promise<void>;
  /**
   * The bank's next answers that were not taken yet, oldest first.
   *
   * @param limit at most so many
   */
  collect(limit: number): Promise<readonly BankAnswer[]>;
}

export interface BankAnswer {
  readonly xml: string;
  /** Says that it is on central's disk: it is not given again. Until then it may be given any number of times. */
  taken(): Promise<void>;
}
