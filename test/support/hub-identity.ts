import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import {
  openReplica,
  type SealingKeyPair,
  sealingKeyPair,
  sealReplica,
} from '../../edge-hub/enrolment/replica-sealing.ts';
import {
  announcementSigningInput,
  erasureSigningInput,
  type HubAnnouncement,
  type SealedTemplate,
} from '../../shared/contracts/hub-events.ts';
import { present } from '../../shared/kernel/assert.ts';

const PACK = 'open-1';

/** A hub's keys, without the hub: it announces itself, seals for others, opens, and signs receipts. */
export class HubIdentity {
  readonly announcement: HubAnnouncement;
  private readonly certificateKey: string;
  private readonly sealing: SealingKeyPair;

  private constructor(parts: {
    announcement: HubAnnouncement;
    certificateKey: string;
    sealing: SealingKeyPair;
  }) {
    this.announcement = parts.announcement;
    this.certificateKey = parts.certificateKey;
    this.sealing = parts.sealing;
  }

  static async create(pki: DevelopmentPki, hubId: string, streetId: string): Promise<HubIdentity> {
    const { server } = present(pki.hubs[hubId], hubId);
    const sealing = await sealingKeyPair(randomBytes(32));
    const unsigned = {
      hubId,
      streetId,
      streetName: `Street of ${hubId}`,
      sealingKey: sealing.publicKey,
    };
    const certificateKey = readFileSync(server.keyPath, 'utf8');
    const announcement = {
      ...unsigned,
      certificatePem: readFileSync(server.certPath, 'utf8'),
      signature: signed(certificateKey, announcementSigningInput(unsigned)),
    };
    return new HubIdentity({ announcement, certificateKey, sealing });
  }

  get hubId(): string {
    return this.announcement.hubId;
  }

  /** The same words, signed anew as after a restart: another signature. */
  announceAgain(): HubAnnouncement {
    const signature = signed(this.certificateKey, announcementSigningInput(this.announcement));
    return { ...this.announcement, signature };
  }

  receipt(shopperId: string, templatesRemoved: number): object {
    const unsigned = {
      hubId: this.hubId,
      shopperId,
      erasedAt: new Date().toISOString(),
      templatesRemoved,
    };
    return { ...unsigned, signature: signed(this.certificateKey, erasureSigningInput(unsigned)) };
  }

  /** The template, or undefined when it is not for this hub or not of this person. */
  async open(sealed: SealedTemplate, shopperId: string): Promise<Buffer | undefined> {
    const address = { hubId: this.hubId, shopperId, packId: sealed.packId };
    const opened = await openReplica(sealed, this.sealing.privateKey, address);
    return opened && Buffer.from(opened);
  }
}

/** Seals a person's template for the hub that announced itself so, as hubs do. */
export function sealFor(
  to: HubAnnouncement,
  template: Buffer,
  shopperId: string,
): Promise<SealedTemplate> {
  return sealReplica(template, to.sealingKey, { hubId: to.hubId, shopperId, packId: PACK });
}

/** A template as any: 512 floats. */
export function randomTemplate(): Buffer {
  return randomBytes(2_048);
}

function signed(keyPem: string, input: string): string {
  const key = createPrivateKey(keyPem);
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
}
