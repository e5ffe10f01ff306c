import type { TerminalReply } from '../../shared/contracts/terminal-messages.ts';
import { moveSigningInput } from '../../shared/contracts/terminal-moves.ts';
import { signText } from './device-key.ts';
import type { DeviceIdentity } from './device-store.ts';
import { type HubSession, ReplyLost } from './hub-session.ts';
import { openRefund } from './open-records.ts';
import type { FlowEvent } from './payment-flow.ts';
import type { OpenRefund, Recent, RefundOutcome } from './refund-screens.ts';

/** Asks for the last payments, and gives one back: the request's id is kept before it is sent, and sent until it is answered. */

const SHOWN = 5;
const TIMEOUT_MS = 5_000;
const PAUSE_MS = 1_500;
/** Refusals by which the hub has not decided anything: the same request is sent again. */
const NOT_DECIDED: readonly string[] = ['busy', 'rate_limited', 'hub_unavailable', 'clock_skewed'];

interface Parts {
  readonly identity: DeviceIdentity;
  readonly session: Pick<HubSession, 'request'>;
  readonly dispatch: (event: FlowEvent) => void;
}

export class RefundConductor {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The shop's last payments, newest first; every end is dispatched. */
  async recent(): Promise<void> {
    const { session, dispatch } = this.#parts;
    const asked = {
      type: 'payment.recent',
      data: { limit: SHOWN },
      timeoutMs: TIMEOUT_MS,
    } as const;
    const reply = await session.request(asked).catch(lost);
    dispatch({ type: 'recentTold', recent: recentIn(reply) });
  }

  /** Keeps the refund, then sends it until the hub has answered. */
  async refund(refund: OpenRefund): Promise<void> {
    openRefund.save(refund);
    this.#parts.dispatch({ type: 'refundSent', refund });
    await this.settle(refund);
  }

  /** Sends a kept refund until the hub says what became of it: by its id the money goes once, however often it is asked. */
  async settle(refund: OpenRefund): Promise<void> {
    const { dispatch } = this.#parts;
    const { refundId } = refund;
    for (;;) {
      const reply = await this.#send(refund);
      const outcome = reply && outcomeOf(reply);
      if (outcome) {
        openRefund.clear();
        dispatch({ type: 'refundEnded', refundId, outcome });
        return;
      }
      dispatch({ type: 'refundUnsure' });
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS);
      });
    }
  }

  async #send({ refundId: id, ...move }: OpenRefund): Promise<TerminalReply | undefined> {
    const { identity, session } = this.#parts;
    const { terminalId, keys } = identity;
    const type = 'payment.refund';
    const text = moveSigningInput(terminalId, { ...move, id, type });
    const signature = { format: 'ieee-p1363', value: await signText(keys, text) };
    const data = { ...move, amountMinor: move.amountMinor.toString(), signature };
    return session.request({ id, type, data, timeoutMs: TIMEOUT_MS }).catch(lost);
  }
}

function lost(error: unknown): undefined {
  if (error instanceof ReplyLost) return undefined;
  throw error;
}

function recentIn(reply: TerminalReply | undefined): Recent {
  if (reply?.type === 'payments.recent') return { payments: reply.data.payments };
  if (reply?.type === 'error') return { refusal: reply.data };
  return { refusal: { code: 'K-RECENT', words: null } };
}

/** What became of it, or undefined where the reply does not decide that. */
function outcomeOf(reply: TerminalReply): RefundOutcome | undefined {
  if (reply.type === 'payment.state') {
    return { kind: 'refunded', reference: reply.data.receipt?.reference ?? null };
  }
  if (reply.type !== 'error' || NOT_DECIDED.includes(reply.data.code)) return undefined;
  const { code, words } = reply.data;
  return { kind: 'refused', refusal: { code, words } };
}
