import { useEffect, useState } from 'react';
import { CODE_SHOWN_MS } from '../../../shared/contracts/payment-code.ts';
import type { PairedPhone } from './pairing.ts';
import { makeCode } from './phone-keys.ts';

export interface ShownCode {
  readonly text: string;
  /** Whole seconds until the next one. */
  readonly secondsLeft: number;
}

const TICK_MS = 500;

/** The code to show, a new one every half minute, and at once when the page is looked at again after longer. */
export function useCode(phone: PairedPhone): ShownCode | undefined {
  const [code, setCode] = useState<{ text: string; madeAtMs: number }>();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    let over = false;
    let madeAtMs = 0;
    const show = async (now: number): Promise<void> => {
      const text = await makeCode(phone, now);
      if (!over) setCode({ text, madeAtMs: now });
    };
    const tick = (): void => {
      const now = Date.now();
      setNowMs(now);
      // also where the clock was set back
      if (Math.abs(now - madeAtMs) < CODE_SHOWN_MS) return;
      madeAtMs = now;
      void show(now);
    };
    tick();
    const timer = setInterval(tick, TICK_MS);
    document.addEventListener('visibilitychange', tick);
    return () => {
      over = true;
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [phone]);
  if (!code) return undefined;
  const leftMs = code.madeAtMs + CODE_SHOWN_MS - nowMs;
  const secondsLeft = Math.min(CODE_SHOWN_MS / 1_000, Math.max(0, Math.ceil(leftMs / 1_000)));
  return { text: code.text, secondsLeft };
}
