import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseReference, receiptInput, referenceText } from './receipt.ts';

const facts = {
  hubId: 'hub-wuma',
  seq: 42,
  prevHash: 'a'.repeat(64),
  kind: 'capture',
  paymentId: '019a4e00-0000-7000-8000-000000000011',
  amountMinor: 1_250n,
  currency: 'CNY',
  movedAt: '2026-11-24T09:04:05.678Z',
} as const;
const referenceOf = (of: Parameters<typeof receiptInput>[0]): string =>
  referenceText(of, createHash('sha256').update(receiptInput(of)).digest());

describe('a reference', () => {
  it('names hub and event, and can be read out loud', () => {
    expect(referenceOf(facts)).toMatch(/^WUMA-000042-[0-9A-HJKMNP-TV-Z]{8}$/);
  });

  it.each([
    ['amount', { amountMinor: 1_251n }],
    ['kind', { kind: 'refund' }],
    ['time', { movedAt: '2026-11-24T09:04:05.679Z' }],
    ['payment', { paymentId: '019a4e00-0000-7000-8000-000000000012' }],
    ['history', { prevHash: 'b'.repeat(64) }],
  ])('is another for another %s', (_what, changed) => {
    expect(referenceOf({ ...facts, ...changed })).not.toBe(referenceOf(facts));
  });

  it('is read as people type it', () => {
    const parsed = { hub: 'WUMA', seq: 42, reference: 'WUMA-000042-7K3Q0011' };
    expect(parseReference(' wuma-000042-7k3qOoil ')).toEqual(parsed);
    expect(parseReference('OLD-TOWN-000007-7K3Q')).toMatchObject({ hub: 'OLD-TOWN', seq: 7 });
  });

  it.each(['', 'WUMA', 'WUMA-42', 'WUMA-000042-', 'WUMA-000042-7K3Q0011X', '../x-000001-AAAA'])(
    '%j is none',
    (text) => {
      expect(parseReference(text)).toBeUndefined();
    },
  );
});
