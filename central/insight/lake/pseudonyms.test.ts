import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Pseudonyms } from './pseudonyms.ts';

const SHOPPER = '019a4e00-0000-7000-8000-000000000001';
const shoppers = Array.from({ length: 500 }, (_, i) => `019a4e00-0000-7000-8000-${i}`);

describe('pseudonyms', () => {
  const ours = new Pseudonyms(new Uint8Array(32).fill(1));

  it('are HMAC-SHA256 under a derived key', () => {
    const info = 'wuma-lake-1 merchant m-tea';
    const key = hkdfSync('sha256', new Uint8Array(32).fill(1), new Uint8Array(0), info, 32);
    const digest = createHmac('sha256', Buffer.from(key)).update(SHOPPER).digest();
    expect(ours.ofCustomer('m-tea', SHOPPER)).toBe(digest.readBigInt64BE(0));
  });

  it('are the same for the same shopper at the same merchant', () => {
    const again = new Pseudonyms(new Uint8Array(32).fill(1));
    expect(again.ofCustomer('m-tea', SHOPPER)).toBe(ours.ofCustomer('m-tea', SHOPPER));
    expect(again.ofVisitor(SHOPPER)).toBe(ours.ofVisitor(SHOPPER));
  });

  it('of two merchants, and of the city, have none in common', () => {
    const sets = [
      shoppers.map((each) => ours.ofCustomer('m-tea', each)),
      shoppers.map((each) => ours.ofCustomer('m-silk', each)),
      shoppers.map((each) => ours.ofVisitor(each)),
    ];
    expect(new Set(sets.flat()).size).toBe(3 * shoppers.length);
  });

  it('are others under another key', () => {
    const other = new Pseudonyms(new Uint8Array(32).fill(2));
    expect(other.ofCustomer('m-tea', SHOPPER)).not.toBe(ours.ofCustomer('m-tea', SHOPPER));
    expect(other.ofVisitor(SHOPPER)).not.toBe(ours.ofVisitor(SHOPPER));
  });
});
