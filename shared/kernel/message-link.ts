/** A message as its receiver sees it. */
export interface LinkMessage {
  readonly subject: string;
  json(): unknown;
  /** @returns false where nobody waits for an answer */
  respond(payload?: string): boolean;
}

/** What services use of a NATS connection: messages of which none is promised to arrive. */
export interface MessageLink {
  /** @throws where no answer comes in time */
  request(
    subject: string,
    payload: string,
    options: {
      readonly timeout: number;
      /** A subscription of its own for the answer, on `reply`, where the connection's inbox may not be answered to. */
      readonly noMux?: boolean;
      readonly reply?: string;
    },
  ): Promise<Pick<LinkMessage, 'json'>>;
  subscribe(
    subject: string,
    options: {
      readonly queue?: string;
      readonly callback: (error: Error | null, message: LinkMessage) => void;
    },
  ): { unsubscribe(): void };
  publish(subject: string): void;
}
