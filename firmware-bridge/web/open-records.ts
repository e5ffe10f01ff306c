import { CURRENCIES, type Money } from '../../shared/domain/money.ts';
import type { OpenPayment } from './payment-flow.ts';
import type { OpenRefund } from './refund-screens.ts';

/** Keeps what is under way across reloads and power cuts, until its end is known. */
export class OpenRecord<Name extends string> {
  readonly #key: string;
  readonly #ids: readonly Name[];

  /** @param ids the names of its ids, as texts */
  constructor(key: string, ids: readonly Name[]) {
    this.#key = key;
    this.#ids = ids;
  }

  save(record: Money & Readonly<Record<Name, string>>): void {
    const text = JSON.stringify({ ...record, amountMinor: record.amountMinor.toString() });
    window.localStorage.setItem(this.#key, text);
  }

  clear(): void {
    window.localStorage.removeItem(this.#key);
  }

  load(): (Money & Record<Name, string>) | undefined {
    return this.parse(window.localStorage.getItem(this.#key) ?? '');
  }

  /** Reads what `save` wrote; anything else is undefined. */
  parse(text: string): (Money & Record<Name, string>) | undefined {
    const record = objectIn(text);
    const currency = CURRENCIES.find((name) => name === record['currency']);
    const amount = record['amountMinor'];
    if (typeof amount !== 'string' || !/^\d{1,13}$/.test(amount) || !currency) return undefined;
    const ids: Partial<Record<Name, string>> = {};
    for (const name of this.#ids) {
      const id = record[name];
      if (typeof id !== 'string') return undefined;
      ids[name] = id;
    }
    return { ...(ids as Record<Name, string>), amountMinor: BigInt(amount), currency };
  }
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export const openPayment = new OpenRecord<Exclude<keyof OpenPayment, keyof Money>>(
  'wuma.openPayment',
  ['paymentId'],
);
export const openRefund = new OpenRecord<Exclude<keyof OpenRefund, keyof Money>>(
  'wuma.openRefund',
  ['refundId', 'paymentId'],
);
