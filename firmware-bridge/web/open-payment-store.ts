import { CURRENCIES } from '../../shared/domain/money.ts';
import type { OpenPayment } from './payment-flow.ts';

const STORAGE_KEY = 'wuma.openPayment';

/** Keeps the payment that is under way across reloads and power cuts, until its end is known. */
export function saveOpenPayment(payment: OpenPayment): void {
  const record = { ...payment, amountMinor: payment.amountMinor.toString() };
  window.localStorage.setItem(STORAGE_KEY, JSON.stringify(record));
}

export function clearOpenPayment(): void {
  window.localStorage.removeItem(STORAGE_KEY);
}

export function loadOpenPayment(): OpenPayment | undefined {
  const text = window.localStorage.getItem(STORAGE_KEY);
  if (text === null) return undefined;
  return parseOpenPayment(text);
}

/** Reads what `saveOpenPayment` wrote; anything else is undefined. */
export function parseOpenPayment(text: string): OpenPayment | undefined {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof record !== 'object' || record === null) return undefined;
  const { paymentId, amountMinor, currency } = record as Record<keyof OpenPayment, unknown>;
  const known = CURRENCIES.find((name) => name === currency);
  if (typeof paymentId !== 'string' || typeof amountMinor !== 'string' || !known) return undefined;
  if (!/^\d{1,13}$/.test(amountMinor)) return undefined;
  return { paymentId, amountMinor: BigInt(amountMinor), currency: known };
}
