import type { webcrypto } from 'node:crypto';
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { SealedTemplate } from '../../shared/contracts/hub-events.ts';

/** Sealing a template for another hub (ADR 0007): HPKE base mode, RFC 9180. */

const INFO = new TextEncoder().encode('wuma-replica-1');

const suite = (): CipherSuite =>
  new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });

export interface ReplicaAddress {
  readonly hubId: string;
  readonly shopperId: string;
  readonly packId: string;
}

/** Who the template is of and for is part of what is authenticated: it cannot be passed off as another's. */
function contextOf(address: ReplicaAddress): Uint8Array<ArrayBuffer> {
  const text = ['wuma-replica-1', address.hubId, address.shopperId, address.packId].join('\n');
  return new TextEncoder().encode(text);
}

/** @param sealingKey the receiving hub's raw public key, base64 */
export async function sealReplica(
  plain: Uint8Array,
  sealingKey: string,
  address: ReplicaAddress,
): Promise<SealedTemplate> {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(bytesOf(sealingKey));
  const sender = await hpke.createSenderContext({ recipientPublicKey, info: INFO });
  const copy = Uint8Array.from(plain);
  const ciphertext = await sender.seal(copy, contextOf(address));
  copy.fill(0);
  return {
    hubId: address.hubId,
    packId: address.packId,
    enc: base64(sender.enc),
    ciphertext: base64(ciphertext),
  };
}

/** @returns undefined when it does not open: not for this hub, not of this person, or damaged */
export async function openReplica(
  sealed: SealedTemplate,
  privateKey: webcrypto.CryptoKey,
  address: ReplicaAddress,
): Promise<Uint8Array | undefined> {
  const hpke = suite();
  try {
    const recipient = await hpke.createRecipientContext({
      recipientKey: privateKey,
      enc: bytesOf(sealed.enc),
      info: INFO,
    });
    return new Uint8Array(await recipient.open(bytesOf(sealed.ciphertext), contextOf(address)));
  } catch {
    return undefined;
  }
}

export interface SealingKeyPair {
  readonly privateKey: webcrypto.CryptoKey;
  /** Raw public key, base64. */
  readonly publicKey: string;
}

/** The key pair of a seed of 32 random bytes that the hub keeps in a file (RFC 9180 DeriveKeyPair). */
export async function sealingKeyPair(seed: Buffer): Promise<SealingKeyPair> {
  const { kem } = suite();
  const pair = await kem.deriveKeyPair(Uint8Array.from(seed));
  return {
    privateKey: pair.privateKey,
    publicKey: base64(await kem.serializePublicKey(pair.publicKey)),
  };
}

function base64(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString('base64');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
