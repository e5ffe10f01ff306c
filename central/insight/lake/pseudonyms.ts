import { hash, hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;
/** Of SHA-256. */
const BLOCK_BYTES = 64;

/**
 * What stands for a shopper in the lake: 64 bits of HMAC-SHA256 of their id, as a signed integer. Every merchant has a key
 * of their own, so that two merchants' customers cannot be joined; the city has another, which no merchant's answer is made
 * with. Without the master key nobody can tell which shopper a pseudonym is of.
 *
 * Many at a time are made by the engine, which is given the pads; one at a time here, the same.
 */
export class Pseudonyms {
  private readonly master: Uint8Array;

  /** @param master 32 random bytes, the key of one epoch */
  constructor(master: Uint8Array) {
    this.master = master;
  }

  /** A merchant's customer. */
  ofCustomer(merchantId: string, shopperId: string): bigint {
    return keyedHash(this.merchantPads(merchantId), shopperId);
  }

  /** Somebody who pays in the city, whichever the merchant. */
  ofVisitor(shopperId: string): bigint {
    return keyedHash(this.cityPads(), shopperId);
  }

  /** What a merchant's customers are hashed with. */
  merchantPads(merchantId: string): HashPads {
    return this.pads(`merchant ${merchantId}`);
  }

  /** What the city's visitors are hashed with. */
  cityPads(): HashPads {
    return this.pads('city');
  }

  private pads(whose: string): HashPads {
    const info = `wuma-lake-1 ${whose}`;
    const padded = Buffer.alloc(BLOCK_BYTES);
    padded.set(new Uint8Array(hkdfSync('sha256', this.master, new Uint8Array(0), info, KEY_BYTES)));
    return {
      inner: Buffer.from(padded.map((byte) => byte ^ 0x36)),
      outer: Buffer.from(padded.map((byte) => byte ^ 0x5c)),
    };
  }
}

/** A key as HMAC uses it (RFC 2104): a block before the text, and one before the digest of both. */
export interface HashPads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** HMAC-SHA256, its first 64 bits. */
function keyedHash({ inner, outer }: HashPads, text: string): bigint {
  const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
  return hash('sha256', Buffer.concat([outer, digest]), 'buffer').readBigInt64BE(0);
}
