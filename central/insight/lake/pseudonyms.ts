import { createHmac, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * What stands for a shopper in the lake: 64 bits of HMAC-SHA256 of their id, as a signed integer. Every merchant has a key
 * of their own, so that two merchants' customers cannot be joined; the city has another, which no merchant's answer is made
 * with. Without the master key nobody can tell which shopper a pseudonym is of.
 */
export class Pseudonyms {
  private readonly master: Uint8Array;
  private readonly cityKey: Uint8Array;
  private readonly merchantKeys = new Map<string, Uint8Array>();

  /** @param master 32 random bytes, the key of one epoch */
  constructor(master: Uint8Array) {
    this.master = master;
    this.cityKey = this.derive('city');
  }

  /** A merchant's customer. */
  ofCustomer(merchantId: string, shopperId: string): bigint {
    let key = this.merchantKeys.get(merchantId);
    if (!key) {
      key = this.derive(`merchant ${merchantId}`);
      this.merchantKeys.set(merchantId, key);
    }
    return pseudonym(key, shopperId);
  }

  /** Somebody who pays in the city, whichever the merchant. */
  ofVisitor(shopperId: string): bigint {
    return pseudonym(this.cityKey, shopperId);
  }

  private derive(whose: string): Uint8Array {
    const info = `wuma-lake-1 ${whose}`;
    return new Uint8Array(hkdfSync('sha256', this.master, new Uint8Array(0), info, KEY_BYTES));
  }
}

function pseudonym(key: Uint8Array, shopperId: string): bigint {
  return createHmac('sha256', key).update(shopperId).digest().readBigInt64BE(0);
}
