import type { X509Certificate } from 'node:crypto';
import { phoneKey } from '../../shared/contracts/phone-key.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import { isGenuine } from '../enrolment/announcement-check.ts';
import type { CodeKeyStore } from '../enrolment/code-key-store.ts';
import type { DirectoryStore } from '../enrolment/directory-store.ts';
import type { EnrolmentService } from '../enrolment/enrolment-service.ts';
import { type ComparableFaces, lookAlikesOf } from '../enrolment/look-alikes.ts';
import { openReplica } from '../enrolment/replica-sealing.ts';
import type { ShopperStore } from '../enrolment/shopper-store.ts';
import { decodeTemplate } from '../enrolment/template-codec.ts';
import type { TemplateProtection } from '../enrolment/template-protection.ts';
import type { TemplateVault } from '../enrolment/vault.ts';
import type { HubIdentity } from '../identity.ts';
import type { MessageOf, Outcome } from './outcome.ts';

export interface PeopleOrderParts {
  readonly identity: HubIdentity;
  /** The operator's certificate authority. */
  readonly authority: X509Certificate;
  /** Of the packs that this hub runs: the present one, and the one before where there is one. */
  readonly faces: readonly ComparableFaces[];
  readonly directory: DirectoryStore;
  readonly shoppers: ShopperStore;
  readonly codeKeys: CodeKeyStore;
  readonly vault: TemplateVault;
  readonly protection: TemplateProtection;
  readonly enrolment: EnrolmentService;
  /** Called when a person can be found in the gallery. */
  readonly onKnown: (shopperId: string) => void;
  readonly audit: AuditStore;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly logger: Logger;
}

/** What central orders of people and of the hubs that they may be known at. */
export class PeopleOrders {
  private readonly parts: PeopleOrderParts;

  constructor(parts: PeopleOrderParts) {
    this.parts = parts;
  }

  /** A person is to be forgotten here. */
  async erase(message: MessageOf<'shopper.erase'>, outcome: Outcome): Promise<void> {
    const { shopperId } = message.data;
    await this.parts.enrolment.eraseHere(shopperId, () => {
      this.parts.audit.record('shopper.erase', 'central', shopperId);
      outcome.applied();
    });
  }

  /** A template that another hub has sealed for this one. */
  async replica(message: MessageOf<'template.replica'>, outcome: Outcome): Promise<void> {
    const { identity, shoppers, vault, transact, audit, clock, newId, enrolment } = this.parts;
    const { shopperId, consent, sealed } = message.data;
    const { hubId, streetId } = identity.street;
    if (sealed.hubId !== hubId) {
      outcome.rejected('sealed for another hub');
      return;
    }
    if (!consent.streets.includes(streetId)) {
      outcome.rejected('the shopper has not agreed to this street');
      return;
    }
    const faces = this.parts.faces.find(({ packId }) => packId === sealed.packId);
    if (!faces) {
      outcome.rejected('made by a model pack that this hub does not run');
      return;
    }
    const address = { hubId, shopperId, packId: sealed.packId };
    const plain = await openReplica(sealed, identity.sealing.privateKey, address);
    const received = plain && decodeTemplate(plain, faces.dimension);
    plain?.fill(0);
    if (!received) {
      outcome.rejected('does not open');
      return;
    }
    const embedding = this.parts.protection.renew(received, faces.packId);
    if (!embedding) {
      outcome.rejected('under a template key that this hub does not have');
      return;
    }
    const content = { ...received, embedding };
    const templateId = newId();
    const alike = await lookAlikesOf(embedding, faces);
    const stored = transact(() => {
      // checked in the transaction: an erasure may have come by the console meanwhile
      if (shoppers.isErased(shopperId) || shoppers.isEnrolled(shopperId)) return false;
      const createdAt = new Date(clock.now()).toISOString();
      vault.put({
        shopperId,
        templateId,
        packId: faces.packId,
        origin: 'replica',
        consent,
        content,
        createdAt,
      });
      enrolment.markLookAlikes(shopperId, alike, createdAt);
      audit.record('replica.store', 'central', shopperId);
      outcome.applied();
      return true;
    });
    if (stored) {
      await faces.gallery.insert({ templateId, shopperId, embedding });
      this.parts.onKnown(shopperId);
    } else {
      outcome.rejected('the person is erased or already here');
    }
    received.embedding.fill(0);
    embedding.fill(0);
  }

  /** The key by which a shopper's phone signs its codes, or that there is none any more. */
  async phone(message: MessageOf<'shopper.phone'>, outcome: Outcome): Promise<void> {
    const { shoppers, codeKeys, transact, audit } = this.parts;
    const { shopperId, publicKey } = message.data;
    const key = publicKey === null ? undefined : await phoneKey(publicKey);
    if (publicKey !== null && !key) {
      outcome.rejected('not a key on P-256');
      return;
    }
    const isHere = transact(() => {
      if (!shoppers.isEnrolled(shopperId)) return false;
      codeKeys.replace(shopperId, key);
      audit.record(key ? 'phone.store' : 'phone.remove', 'central', shopperId);
      outcome.applied();
      return true;
    });
    if (!isHere) outcome.rejected('the person is not here');
  }

  /** The city's hubs, of which those are kept that the operator's authority vouches for. */
  directory(message: MessageOf<'hub.directory'>, outcome: Outcome): void {
    const { authority, directory, transact, clock, logger } = this.parts;
    const now = clock.now();
    const genuine = message.data.hubs.filter((hub) => isGenuine(hub, authority, now));
    const refused = message.data.hubs.length - genuine.length;
    if (refused > 0) {
      logger.warn({ module: 'downlink', refused }, 'hubs of the directory are not vouched for');
    }
    transact(() => {
      directory.replaceAll(
        genuine.map((hub) => ({
          hub: {
            hubId: hub.hubId,
            streetId: hub.streetId,
            streetName: hub.streetName,
            sealingKey: hub.sealingKey,
          },
          announcementJson: JSON.stringify(hub),
        })),
        new Date(now).toISOString(),
      );
      outcome.applied();
    });
  }
}
