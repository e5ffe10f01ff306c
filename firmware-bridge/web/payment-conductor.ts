import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import { claimSigningInput } from '../../shared/contracts/terminal-claims.ts';
import { BURST_FRAMES } from '../../shared/contracts/terminal-frames.ts';
import {
  answerSigningInput,
  probeSigningInput,
  type TerminalReply,
} from '../../shared/contracts/terminal-messages.ts';
import { takePicture } from '../../shared/web/camera.ts';
import { sha256Hex, signText } from './device-key.ts';
import type { DeviceIdentity } from './device-store.ts';
import { type HubSession, type OutgoingRequest, ReplyLost } from './hub-session.ts';
import { openPayment } from './open-records.ts';
import type { FlowEvent, OpenPayment, Outcome, Question } from './payment-flow.ts';
import type { Refusal } from './refusal-text.ts';

/** Takes one look for a payment: challenge, pictures, signed probe, and the truth when an answer is lost. */

/** One frame of a 25 Hz camera apart would be the same picture; this is about four. */
const BURST_GAP_MS = 150;
/** Time for the shopper to settle and for the camera to find its exposure. */
export const SETTLE_MS = 1_400;
/**
 * From the moment at which a colour begins to come until a frame shows it: its fade, then what screen and camera are behind
 * and what the exposure needs. Five of them are less than two seconds, and no more than three changes of colour a second,
 * half of what photosensitive people can bear (WCAG 2.3.1: three flashes, each of them two changes).
 */
const LIGHT_SETTLE_MS = 340;
const CHALLENGE_TIMEOUT_MS = 4_000;
const PROBE_TIMEOUT_MS = 8_000;
/** Behind other answers at the hub, each of which takes it a moment. */
const ANSWER_TIMEOUT_MS = 8_000;
const QUERY_TIMEOUT_MS = 4_000;
const QUERY_PAUSE_MS = 1_500;
/** A probe on its way when the connection broke may be decided after our first question: "not paid" must be said this often. */
const NOT_PAID_ANSWERS_TO_BELIEVE = 3;

/** Refusals after which another look at the same amount may well succeed. */
const LOOK_AGAIN_CODES: readonly string[] = [
  'rate_limited',
  'busy',
  'challenge_unknown',
  'challenge_used',
  'challenge_expired',
  'probe_stale',
  'question_unknown',
  'not_an_image',
];

const NOTHING_SENT: Refusal = { code: 'K-LINK', words: null };
const NOT_PAID: Refusal = { code: 'K-NOTPAID', words: null };
/** A camera that stopped in mid-look, for instance. */
const PAGE_FAILED: Outcome = { kind: 'fallback', refusal: { code: 'K-PAGE', words: null } };

export interface Look {
  readonly payment: OpenPayment;
  readonly video: Promise<HTMLVideoElement>;
  readonly signal: AbortSignal;
}

/** What the shopper has given instead of a look, in the order in which it is signed. */
export type Given =
  | { readonly way: 'code'; readonly code: string }
  | { readonly way: 'phone'; readonly phone: string; readonly pin: string };

interface Shot {
  readonly takenAt: string;
  readonly jpeg: Uint8Array<ArrayBuffer>;
  /** Of the challenge's light. */
  readonly lightStep?: number;
}

/** A look that is ready to be sent, or why there is none. */
type Prepared = { readonly probe: OutgoingRequest } | { readonly outcome: Outcome };

interface Parts {
  readonly identity: DeviceIdentity;
  readonly session: HubSession;
  readonly dispatch: (event: FlowEvent) => void;
}

export class PaymentConductor {
  readonly #identity: DeviceIdentity;
  readonly #session: HubSession;
  readonly #dispatch: (event: FlowEvent) => void;

  constructor({ identity, session, dispatch }: Parts) {
    this.#identity = identity;
    this.#session = session;
    this.#dispatch = dispatch;
  }

  /**
   * Asks for the challenge while the camera opens, takes the burst, sends it signed. Every end is
   * dispatched as an event; a look aborted before anything was sent ends in silence.
   */
  async look(look: Look): Promise<void> {
    const { payment, signal } = look;
    const prepared = await this.#prepare(look).catch((error: unknown): Prepared => {
      reportError(error);
      return { outcome: PAGE_FAILED };
    });
    if (signal.aborted) return;
    if ('outcome' in prepared) {
      this.#end(payment, prepared.outcome);
      return;
    }
    // From here on the hub may charge. No press comes between these lines and turns back.
    openPayment.save(payment);
    this.#dispatch({ type: 'picturesSent' });
    await this.#send(payment, prepared.probe);
  }

  /** Answers the hub's question; every end, and the next question, is dispatched as an event. */
  async answer(payment: OpenPayment, question: Question, digits: string): Promise<void> {
    // said before anything is awaited: from here on no press turns back
    openPayment.save(payment);
    this.#dispatch({ type: 'answerSent' });
    const { terminalId, keys } = this.#identity;
    const { paymentId } = payment;
    const data = { paymentId, questionId: question.questionId, digits };
    const value = await signText(keys, answerSigningInput(terminalId, data));
    const signature = { format: 'ieee-p1363', value };
    await this.#send(payment, {
      type: 'payment.answer',
      data: { ...data, signature },
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
  }

  /** Pays by what the shopper has given instead of a look; every end, and a question, is dispatched as an event. */
  async claim(payment: OpenPayment, given: Given): Promise<void> {
    openPayment.save(payment);
    this.#dispatch({ type: 'claimSent' });
    const reply = await this.#tryRequest({
      type: 'challenge.request',
      data: wireAmount(payment),
      timeoutMs: CHALLENGE_TIMEOUT_MS,
    });
    if (reply?.type !== 'challenge.issued') {
      const outcome = reply && outcomeOf(reply);
      this.#end(payment, outcome ?? { kind: 'declined', refusal: NOTHING_SENT });
      return;
    }
    const { challenge } = reply.data;
    const { terminalId, keys } = this.#identity;
    const { way, ...proof } = given;
    const text = claimSigningInput(terminalId, { ...payment, challenge }, Object.values(proof));
    const signature = { format: 'ieee-p1363', value: await signText(keys, text) };
    await this.#send(payment, {
      type: `payment.${way}`,
      data: { ...wireAmount(payment), challenge, ...proof, signature },
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
  }

  /** Asks the hub how a payment ended until it can be believed. "Paid" is believed at once. */
  async settle(payment: OpenPayment): Promise<void> {
    let notPaid: Outcome = { kind: 'declined', refusal: NOT_PAID };
    let notPaidAnswers = 0;
    while (notPaidAnswers < NOT_PAID_ANSWERS_TO_BELIEVE) {
      const reply = await this.#query(payment);
      if (reply?.type === 'payment.result') {
        const outcome = outcomeOf(reply);
        if (outcome?.kind === 'paid') {
          this.#end(payment, outcome);
          return;
        }
        notPaid = outcome ?? notPaid;
        notPaidAnswers += 1;
      }
      // only the hub's plain word "there is no such payment" counts; anything else is no answer
      if (reply?.type === 'error' && reply.data.code === 'payment_unknown') notPaidAnswers += 1;
      await pause(QUERY_PAUSE_MS);
    }
    this.#end(payment, notPaid);
  }

  async #prepare({ payment, video, signal }: Look): Promise<Prepared> {
    const asked = this.#tryRequest({
      type: 'challenge.request',
      data: { ...wireAmount(payment), canLight: true },
      timeoutMs: CHALLENGE_TIMEOUT_MS,
    });
    const [reply, ready] = await Promise.all([asked, video]);
    if (reply?.type !== 'challenge.issued') {
      const outcome = reply && outcomeOf(reply);
      return { outcome: outcome ?? { kind: 'declined', refusal: NOTHING_SENT } };
    }
    const { light } = reply.data;
    const { paymentId } = payment;
    if (light) this.#dispatch({ type: 'lit', paymentId, light: 'soon' });
    await pause(SETTLE_MS);
    const shots = light
      ? await this.#takeLit({ paymentId, video: ready, signal, steps: light.steps })
      : await this.#takeBurst(ready, signal);
    return { probe: await this.#signedProbe(payment, reply.data.challenge, shots) };
  }

  /** Sends what the hub may charge for, and finds out whether it has. */
  async #send(payment: OpenPayment, request: OutgoingRequest): Promise<void> {
    const reply = await this.#tryRequest(request);
    const question = reply && questionOf(reply, payment);
    if (question) {
      // until it is answered nothing is in doubt
      openPayment.clear();
      this.#dispatch({ type: 'asked', paymentId: payment.paymentId, question });
      return;
    }
    const outcome = reply && outcomeOf(reply);
    if (outcome) {
      this.#end(payment, outcome);
      return;
    }
    this.#dispatch({ type: 'answerLost' });
    await this.settle(payment);
  }

  async #takeBurst(video: HTMLVideoElement, signal: AbortSignal): Promise<Shot[]> {
    const shots: Shot[] = [];
    while (shots.length < BURST_FRAMES && !signal.aborted) {
      if (shots.length > 0) await pause(BURST_GAP_MS);
      const takenAt = this.#session.now();
      const picture = await takePicture(video);
      shots.push({ takenAt, jpeg: new Uint8Array(await picture.arrayBuffer()) });
    }
    return shots;
  }

  /** A frame in each colour. They are encoded while the next colours are shown. */
  async #takeLit(lit: {
    readonly paymentId: string;
    readonly video: HTMLVideoElement;
    readonly signal: AbortSignal;
    readonly steps: readonly LightColour[];
  }): Promise<Shot[]> {
    const { paymentId, video, signal } = lit;
    const shots: Promise<Shot>[] = [];
    for (const [lightStep, light] of lit.steps.entries()) {
      if (signal.aborted) break;
      this.#dispatch({ type: 'lit', paymentId, light });
      await pause(LIGHT_SETTLE_MS);
      const takenAt = this.#session.now();
      const picture = takePicture(video);
      shots.push(
        picture.then(async (blob) => ({
          takenAt,
          jpeg: new Uint8Array(await blob.arrayBuffer()),
          lightStep,
        })),
      );
    }
    this.#dispatch({ type: 'lit', paymentId, light: null });
    return Promise.all(shots);
  }

  async #signedProbe(
    payment: OpenPayment,
    challenge: string,
    shots: readonly Shot[],
  ): Promise<OutgoingRequest> {
    const frames = await Promise.all(shots.map(frameHead));
    const { terminalId, keys } = this.#identity;
    const signed = probeSigningInput(terminalId, { ...payment, challenge, frames });
    const signature = { format: 'ieee-p1363', value: await signText(keys, signed) };
    return {
      type: 'payment.probe',
      data: { ...wireAmount(payment), challenge, frames, signature },
      blobs: shots.map((shot) => shot.jpeg),
      timeoutMs: PROBE_TIMEOUT_MS,
    };
  }

  #query(payment: OpenPayment): Promise<TerminalReply | undefined> {
    return this.#tryRequest({
      type: 'payment.query',
      data: { paymentId: payment.paymentId },
      timeoutMs: QUERY_TIMEOUT_MS,
    });
  }

  async #tryRequest(outgoing: OutgoingRequest): Promise<TerminalReply | undefined> {
    try {
      return await this.#session.request(outgoing);
    } catch (error) {
      if (error instanceof ReplyLost) return undefined;
      throw error;
    }
  }

  #end(payment: OpenPayment, outcome: Outcome): void {
    // a declined payment stays open at the hub for another look, but nothing of it is in doubt
    openPayment.clear();
    this.#dispatch({ type: 'ended', paymentId: payment.paymentId, outcome });
  }
}

function wireAmount(payment: OpenPayment) {
  const { paymentId, amountMinor, currency } = payment;
  return { paymentId, amountMinor: amountMinor.toString(), currency };
}

async function frameHead(shot: Shot) {
  const sha256 = await sha256Hex(shot.jpeg);
  return {
    takenAt: shot.takenAt,
    colour: { mime: 'image/jpeg', bytes: shot.jpeg.byteLength, sha256 },
    ...(shot.lightStep !== undefined && { lightStep: shot.lightStep }),
  };
}

function questionOf(reply: TerminalReply, payment: OpenPayment): Question | undefined {
  if (reply.type !== 'payment.question' || reply.data.paymentId !== payment.paymentId) {
    return undefined;
  }
  const { questionId, question, digits, again, words } = reply.data;
  return { questionId, kind: question, length: digits, again, words };
}

/** What a reply says about the payment, or undefined when it says nothing about it. */
export function outcomeOf(reply: TerminalReply): Outcome | undefined {
  if (reply.type === 'error') {
    const refusal = { code: reply.data.code, words: reply.data.words };
    const again = LOOK_AGAIN_CODES.includes(reply.data.code);
    return { kind: again ? 'declined' : 'fallback', refusal };
  }
  if (reply.type !== 'payment.result') return undefined;
  const { outcome, receipt, code, words } = reply.data;
  if (outcome === 'paid' && receipt) {
    const { reference, capturedAt, discount } = receipt;
    return {
      kind: 'paid',
      reference,
      capturedAt,
      ...(discount && { discount: { ...discount, amountMinor: BigInt(discount.amountMinor) } }),
    };
  }
  // paid without a receipt is outside of the contract: not known, so it is asked again
  // a kiosk never asks for less than the whole step
  if (outcome === 'paid' || outcome === 'authorised') return undefined;
  return { kind: outcome, refusal: { code: code ?? outcome, words } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
