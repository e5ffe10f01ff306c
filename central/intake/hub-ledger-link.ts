import { randomUUID } from 'node:crypto';
import {
  type ChainPage,
  chainErrorSchema,
  chainPageSchema,
  MAX_CHAIN_PAGE,
} from '../../shared/contracts/chain-messages.ts';
import { CHAIN_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import type { MessageLink } from '../../shared/kernel/message-link.ts';

/** The hub does not give what it was asked for. */
class LedgerRefusedError extends Error {
  override readonly name = 'LedgerRefusedError';
}

const TIMEOUT_MS = 3_000;

/**
 * Asks a hub for events of its ledger.
 *
 * @throws NatsError where the hub's process does not answer, LedgerRefusedError, ZodError
 */
export async function askHubLedger(
  nats: Pick<MessageLink, 'request'>,
  hubId: string,
  ask: { readonly afterSeq: number; readonly limit?: number },
): Promise<ChainPage> {
  const { afterSeq, limit = MAX_CHAIN_PAGE } = ask;
  const question = JSON.stringify({ version: CHAIN_VERSIONS[0], afterSeq, limit });
  const reply = await nats.request(subjects.chainPull(hubId), question, {
    timeout: TIMEOUT_MS,
    noMux: true,
    reply: subjects.chainAnswer(hubId, randomUUID()),
  });
  const answer = reply.json();
  const refused = chainErrorSchema.safeParse(answer);
  if (refused.success) throw new LedgerRefusedError(refused.data.error);
  return chainPageSchema.parse(answer);
}
