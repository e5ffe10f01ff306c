import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  codeKeyId,
  codeSigningInput,
  type PaymentCode,
  writePaymentCode,
} from '../../shared/contracts/payment-code.ts';

/** A shopper's phone as the page at `/pay/` is one: a key of its own, and codes made by it. */
export class ShopperPhone {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** SubjectPublicKeyInfo, base64. */
  get publicKey(): string {
    return this.spki().toString('base64');
  }

  /** @param change what a forger would put in its place after it was signed */
  codeAt(ms: number, change: Partial<PaymentCode> = {}): string {
    const keyId = codeKeyId(createHash('sha256').update(this.spki()).digest());
    const claims = { keyId, madeAtS: Math.floor(ms / 1_000) };
    const key = { key: this.keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const signature = Uint8Array.from(sign('sha256', Buffer.from(codeSigningInput(claims)), key));
    return writePaymentCode({ ...claims, signature, ...change });
  }

  private spki(): Buffer {
    return this.keys.publicKey.export({ type: 'spki', format: 'der' });
  }
}
