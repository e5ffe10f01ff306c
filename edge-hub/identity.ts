import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  announcementSigningInput,
  erasureSigningInput,
  type HubAnnouncement,
} from '../shared/contracts/hub-events.ts';
import { writeDurably } from '../shared/kernel/durable-file.ts';
import { type SealingKeyPair, sealingKeyPair } from './enrolment/replica-sealing.ts';

const SECRET_BYTES = 32;

/** A secret file has not the length it was made with. */
export class DamagedSecretError extends Error {
  override readonly name = 'DamagedSecretError';
}

/** Reads a secret of 32 bytes from a file, or makes it (mode 0600). It lies beside the database, never in it. */
export function secretFile(path: string, random: (bytes: number) => Buffer): Buffer {
  if (!existsSync(path)) writeDurably(path, `${random(SECRET_BYTES).toString('base64')}\n`);
  const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (secret.length !== SECRET_BYTES) throw new DamagedSecretError(`not 32 bytes: ${path}`);
  return secret;
}

/** The operator's token: read from the file, or made (mode 0600). */
export function adminToken(path: string, random: (bytes: number) => Buffer): string {
  if (!existsSync(path)) writeDurably(path, `${random(SECRET_BYTES).toString('base64url')}\n`);
  return readFileSync(path, 'utf8').trim();
}

export interface IdentityFiles {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly sealingSeed: Buffer;
}

export interface Street {
  readonly hubId: string;
  readonly streetId: string;
  readonly streetName: string;
}

/** Who this hub is: its certificate's key signs, its sealing key opens what others seal for it. */
export class HubIdentity {
  readonly street: Street;
  readonly sealing: SealingKeyPair;
  private readonly certificatePem: string;
  private readonly key: KeyObject;

  private constructor(street: Street, sealing: SealingKeyPair, files: IdentityFiles) {
    this.street = street;
    this.sealing = sealing;
    this.certificatePem = new X509Certificate(files.certificatePem).toString();
    this.key = createPrivateKey(files.keyPem);
  }

  static async load(street: Street, files: IdentityFiles): Promise<HubIdentity> {
    return new HubIdentity(street, await sealingKeyPair(files.sealingSeed), files);
  }

  /** Changes when the hub's name, street, key or certificate does: then it introduces itself anew. */
  get fingerprint(): string {
    const { hubId, streetId, streetName } = this.street;
    return createHash('sha256')
      .update([hubId, streetId, streetName, this.sealing.publicKey, this.certificatePem].join('\n'))
      .digest('hex');
  }

  announcement(): HubAnnouncement {
    const told = { ...this.street, sealingKey: this.sealing.publicKey };
    return {
      ...told,
      certificatePem: this.certificatePem,
      signature: this.sign(announcementSigningInput(told)),
    };
  }

  /** A signed word that nothing of a person is left here. */
  erasureReceipt(erasure: {
    readonly shopperId: string;
    readonly erasedAt: string;
    readonly templatesRemoved: number;
  }) {
    const receipt = { ...erasure, hubId: this.street.hubId };
    return { ...receipt, signature: this.sign(erasureSigningInput(receipt)) };
  }

  private sign(text: string): string {
    return sign('sha256', Buffer.from(text), { key: this.key, dsaEncoding: 'ieee-p1363' }).toString(
      'base64',
    );
  }
}
