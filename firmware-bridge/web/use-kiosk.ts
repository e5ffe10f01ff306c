import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { CameraProblem } from '../../shared/web/camera.ts';
import { newId } from '../../shared/web/ids.ts';
import { allowSound, playChime } from './chime.ts';
import { type DeviceIdentity, keptIdentity } from './device-store.ts';
import type { LinkState } from './hub-session.ts';
import { openPayment, openRefund } from './open-records.ts';
import { codeInAddress } from './pairing.ts';
import type { Given, PaymentConductor } from './payment-conductor.ts';
import {
  advance,
  type FlowEvent,
  type FlowState,
  type OpenPayment,
  type Question,
  START,
} from './payment-flow.ts';
import type { RefundConductor } from './refund-conductor.ts';
import { type RefundControls, refundControls } from './refund-controls.ts';

export type Device =
  | { readonly name: 'loading' }
  | { readonly name: 'unpaired' }
  | { readonly name: 'paired'; readonly identity: DeviceIdentity };

export interface Kiosk extends RefundControls {
  readonly device: Device;
  readonly link: LinkState;
  readonly state: FlowState;
  readonly dispatch: (event: FlowEvent) => void;
  readonly paired: (identity: DeviceIdentity) => void;
  readonly unpair: () => void;
  readonly offer: (amountMinor: bigint) => void;
  readonly look: (payment: OpenPayment) => void;
  readonly cancelLook: () => void;
  readonly answer: (payment: OpenPayment, question: Question, digits: string) => void;
  readonly claim: (payment: OpenPayment, given: Given) => void;
  readonly cameraReady: (video: HTMLVideoElement) => void;
  readonly cameraFailed: (payment: OpenPayment, problem: CameraProblem) => void;
}

const RESULT_MS = 2_000;
const REST_AFTER_MS = 30_000;
/** Shorter than the hub keeps a question, so that nobody types for nothing. */
const QUESTION_MS = 45_000;
const NEVER_ASKED: LinkState = { name: 'connecting' };

/** The kiosk's device, its link to the hub and its screen, and what a press does to them. */
export function useKiosk(): Kiosk {
  const [state, dispatch] = useReducer(advance, START);
  const [device, setDevice] = useDevice();
  const { link, conductor, refunds } = useConductor(device, dispatch);
  const { look, stopLook, cameraReady } = useLook(conductor, dispatch);
  useScreenTimers(state, dispatch);

  const offer = (amountMinor: bigint): void => {
    if (link.name !== 'online' || amountMinor <= 0n) return;
    const payment = { paymentId: newId(), amountMinor, currency: link.welcome.currency };
    dispatch({ type: 'offered', payment });
  };
  const cameraFailed = (payment: OpenPayment, problem: CameraProblem): void => {
    stopLook();
    dispatch({
      type: 'ended',
      paymentId: payment.paymentId,
      outcome: { kind: 'fallback', refusal: { code: problem, words: null } },
    });
  };
  return {
    device,
    link,
    state,
    dispatch,
    paired: (identity) => setDevice({ name: 'paired', identity }),
    unpair: () => void keptIdentity.forget().then(() => setDevice({ name: 'unpaired' })),
    offer,
    look,
    cancelLook: () => {
      stopLook();
      dispatch({ type: 'cancelled' });
    },
    answer: (payment, question, digits) => void conductor?.answer(payment, question, digits),
    claim: (payment, given) => {
      allowSound();
      void conductor?.claim(payment, given);
    },
    cameraReady,
    cameraFailed,
    ...refundControls(refunds, dispatch),
  };
}

function useDevice(): [Device, (device: Device) => void] {
  const [device, setDevice] = useState<Device>({ name: 'loading' });
  useEffect(() => {
    const read = async (): Promise<void> => {
      // a code in the address asks to pair anew, but what has not come to its end needs the old identity
      const isOpen = openPayment.load() !== undefined || openRefund.load() !== undefined;
      const anew = codeInAddress() !== '' && !isOpen;
      const identity = anew ? undefined : await keptIdentity.load().catch(() => undefined);
      setDevice(identity ? { name: 'paired', identity } : { name: 'unpaired' });
    };
    void read();
  }, []);
  return [device, setDevice];
}

function useConductor(
  device: Device,
  dispatch: (event: FlowEvent) => void,
): {
  link: LinkState;
  conductor: PaymentConductor | undefined;
  refunds: RefundConductor | undefined;
} {
  const [link, setLink] = useState<LinkState>(NEVER_ASKED);
  const [conductor, setConductor] = useState<PaymentConductor>();
  const [refunds, setRefunds] = useState<RefundConductor>();
  const identity = device.name === 'paired' ? device.identity : undefined;

  useEffect(() => {
    if (!identity) return undefined;
    let over = false;
    let close = (): void => {};
    const open = async (): Promise<void> => {
      // MQTT and the message schemas weigh more than the page: they load while the first screen stands
      const [{ HubSession }, { PaymentConductor }, { RefundConductor }] = await Promise.all([
        import('./hub-session.ts'),
        import('./payment-conductor.ts'),
        import('./refund-conductor.ts'),
      ]);
      if (over) return;
      setLink(NEVER_ASKED);
      const session = new HubSession(identity, setLink);
      const made = new PaymentConductor({ identity, session, dispatch });
      close = () => session.close();
      const madeRefunds = new RefundConductor({ identity, session, dispatch });
      setConductor(made);
      setRefunds(madeRefunds);
      await session.connect();
      const payment = openPayment.load();
      if (payment) {
        dispatch({ type: 'resumed', payment });
        await made.settle(payment);
      }
      const refund = openRefund.load();
      if (!refund || over) return;
      dispatch({ type: 'refundResumed', refund });
      await madeRefunds.settle(refund);
    };
    void open();
    return () => {
      over = true;
      close();
    };
  }, [identity, dispatch]);

  return { link, conductor, refunds };
}

interface LookControls {
  readonly look: (payment: OpenPayment) => void;
  readonly stopLook: () => void;
  readonly cameraReady: (video: HTMLVideoElement) => void;
}

function useLook(
  conductor: PaymentConductor | undefined,
  dispatch: (event: FlowEvent) => void,
): LookControls {
  const current = useRef<{ abort: AbortController; ready: (video: HTMLVideoElement) => void }>(
    null,
  );

  const look = useCallback(
    (payment: OpenPayment) => {
      if (!conductor) return;
      allowSound();
      const abort = new AbortController();
      const video = Promise.withResolvers<HTMLVideoElement>();
      current.current = { abort, ready: video.resolve };
      dispatch({ type: 'lookStarted' });
      void conductor.look({ payment, video: video.promise, signal: abort.signal });
    },
    [conductor, dispatch],
  );
  const stopLook = useCallback(() => current.current?.abort.abort(), []);
  const cameraReady = useCallback((video: HTMLVideoElement) => current.current?.ready(video), []);
  return { look, stopLook, cameraReady };
}

/** The result stands for two seconds and sounds; an untouched empty pad goes to rest; a question that is not answered ends. */
function useScreenTimers(state: FlowState, dispatch: (event: FlowEvent) => void): void {
  const { screen } = state;
  useEffect(() => {
    if (screen.name === 'result') {
      playChime(screen.outcome.kind);
      const timer = setTimeout(() => dispatch({ type: 'resultShown' }), RESULT_MS);
      return () => clearTimeout(timer);
    }
    if (screen.name === 'refundResult') {
      playChime(screen.outcome.kind === 'refunded' ? 'paid' : 'fallback');
      const timer = setTimeout(() => dispatch({ type: 'resultShown' }), RESULT_MS);
      return () => clearTimeout(timer);
    }
    if (screen.name === 'amount' && screen.amountMinor === 0n) {
      const timer = setTimeout(() => dispatch({ type: 'rested' }), REST_AFTER_MS);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [screen, dispatch]);
  const asked = waitingFor(screen);
  useEffect(() => {
    if (asked === undefined) return undefined;
    const timer = setTimeout(() => dispatch({ type: 'cancelled' }), QUESTION_MS);
    return () => clearTimeout(timer);
  }, [asked, dispatch]);
}

/** What somebody is to type or show, by a name that changes with it; undefined where they need not. */
function waitingFor(screen: FlowState['screen']): string | undefined {
  if (screen.name === 'question') return screen.question.questionId;
  if (screen.name === 'code') return screen.payment.paymentId;
  // the last payments are not left open to whoever comes by
  if (screen.name === 'recent') return 'recent';
  if (screen.name === 'refund') return `refund ${screen.amountMinor}`;
  if (screen.name !== 'phone') return undefined;
  return screen.phone === null ? 'number' : 'pin';
}
