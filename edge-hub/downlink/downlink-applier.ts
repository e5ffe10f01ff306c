import type { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import {
  type DownlinkMessage,
  downlinkMessageSchema,
} from '../../shared/contracts/downlink-messages.ts';
import { phoneKey } from '../../shared/contracts/phone-key.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AllowanceOrders } from '../allowance/allowance-orders.ts';
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
import type { HubMetrics } from '../metrics.ts';
import type { DownlinkStore } from './downlink-store.ts';

export interface ApplierParts {
  readonly identity: HubIdentity;
  /** The operator's certificate authority. */
  readonly authority: X509Certificate;
  /** Of the packs that this hub runs: the present one, and the one before where there is one. */
  readonly faces: readonly ComparableFaces[];
  readonly store: DownlinkStore;
  readonly directory: DirectoryStore;
  readonly shoppers: ShopperStore;
  readonly codeKeys: CodeKeyStore;
  readonly vault: TemplateVault;
  readonly protection: TemplateProtection;
  readonly enrolment: EnrolmentService;
  readonly allowances: AllowanceOrders;
  /** Called when a person can be found in the gallery. */
  readonly onKnown: (shopperId: string) => void;
  readonly audit: AuditStore;
  readonly transact: Transact;
  readonly metrics: HubMetrics;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly logger: Logger;
}

type AllowanceMessageType = 'allowance.reclaim' | 'exception.list';
type MessageOf<Type extends DownlinkMessage['type']> = Extract<DownlinkMessage, { type: Type }>;

const headSchema = z.object({ seq: z.int().min(1), type: z.string().max(64) });

/** What came is not even numbered: nothing can be said about it, so nothing after it is taken. */
export class UnnumberedMessageError extends Error {
  override readonly name = 'UnnumberedMessageError';
}

/** A message before this one has not come: to go on would acknowledge it unseen, and it may be an erasure. */
export class MissingMessageError extends Error {
  override readonly name = 'MissingMessageError';
}

/**
 * Applies what central says, each message in one transaction with its watermark. A message that cannot be
 * applied is recorded as rejected, with the reason, and the line goes on; only a fault of this hub holds it.
 */
export class DownlinkApplier {
  private readonly parts: ApplierParts;

  constructor(parts: ApplierParts) {
    this.parts = parts;
  }

  /** @throws UnnumberedMessageError, MissingMessageError; anything else is a fault of this hub and the message is tried again */
  async apply(raw: unknown): Promise<void> {
    const head = headSchema.safeParse(raw);
    if (!head.success) throw new UnnumberedMessageError('a downlink message without a sequence');
    const watermark = this.parts.store.watermark();
    if (head.data.seq <= watermark) return;
    if (head.data.seq !== watermark + 1) {
      throw new MissingMessageError(`message ${head.data.seq} came after ${watermark}`);
    }
    const parsed = downlinkMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.reject(head.data, 'unknown type or version, or malformed');
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'template.replica':
        await this.applyReplica(message);
        break;
      case 'shopper.erase':
        await this.parts.enrolment.eraseHere(message.data.shopperId, () => {
          this.parts.audit.record('shopper.erase', 'central', message.data.shopperId);
          this.recordApplied(message);
        });
        break;
      case 'hub.directory':
        this.applyDirectory(message);
        break;
      case 'shopper.phone':
        await this.applyPhone(message);
        break;
      case 'allowance.reclaim':
      case 'exception.list':
        this.applyAllowance(message);
        break;
      default:
        unreachable(message);
    }
  }

  private async applyReplica(message: MessageOf<'template.replica'>): Promise<void> {
    const { identity, shoppers, vault, transact, audit, clock, newId, enrolment } = this.parts;
    const { shopperId, consent, sealed } = message.data;
    const { hubId, streetId } = identity.street;
    if (sealed.hubId !== hubId) {
      this.reject(message, 'sealed for another hub');
      return;
    }
    if (!consent.streets.includes(streetId)) {
      this.reject(message, 'the shopper has not agreed to this street');
      return;
    }
    const faces = this.parts.faces.find(({ packId }) => packId === sealed.packId);
    if (!faces) {
      this.reject(message, 'made by a model pack that this hub does not run');
      return;
    }
    const address = { hubId, shopperId, packId: sealed.packId };
    const plain = await openReplica(sealed, identity.sealing.privateKey, address);
    const received = plain && decodeTemplate(plain, faces.dimension);
    plain?.fill(0);
    if (!received) {
      this.reject(message, 'does not open');
      return;
    }
    const embedding = this.parts.protection.renew(received, faces.packId);
    if (!embedding) {
      this.reject(message, 'under a template key that this hub does not have');
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
      this.recordApplied(message);
      return true;
    });
    if (stored) {
      await faces.gallery.insert({ templateId, shopperId, embedding });
      this.parts.onKnown(shopperId);
    } else {
      this.reject(message, 'the person is erased or already here');
    }
    received.embedding.fill(0);
    embedding.fill(0);
  }

  private async applyPhone(message: MessageOf<'shopper.phone'>): Promise<void> {
    const { shoppers, codeKeys, transact, audit } = this.parts;
    const { shopperId, publicKey } = message.data;
    const phone = publicKey === null ? undefined : await phoneKey(publicKey);
    if (publicKey !== null && !phone) {
      this.reject(message, 'not a key on P-256');
      return;
    }
    const isHere = transact(() => {
      if (!shoppers.isEnrolled(shopperId)) return false;
      codeKeys.replace(shopperId, phone);
      audit.record(phone ? 'phone.store' : 'phone.remove', 'central', shopperId);
      this.recordApplied(message);
      return true;
    });
    if (!isHere) this.reject(message, 'the person is not here');
  }

  private applyAllowance(message: MessageOf<AllowanceMessageType>): void {
    this.parts.transact(() => {
      this.parts.allowances.apply(message);
      this.recordApplied(message);
    });
  }

  private applyDirectory(message: MessageOf<'hub.directory'>): void {
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
      this.recordApplied(message);
    });
  }

  private recordApplied(message: { readonly seq: number; readonly type: string }): void {
    const { store, clock, metrics } = this.parts;
    const handledAt = new Date(clock.now()).toISOString();
    store.record({
      seq: message.seq,
      type: message.type,
      outcome: 'applied',
      reason: null,
      handledAt,
    });
    metrics.downlinkHandled(message.type, 'applied');
  }

  private reject(message: { readonly seq: number; readonly type: string }, reason: string): void {
    const { store, clock, metrics, logger, transact } = this.parts;
    const { seq, type } = message;
    const handledAt = new Date(clock.now()).toISOString();
    transact(() => {
      store.record({ seq, type, outcome: 'rejected', reason, handledAt });
    });
    metrics.downlinkHandled(KNOWN_TYPES.has(type) ? type : 'unknown', 'rejected');
    logger.warn({ module: 'downlink', seq, reason }, 'a message of central was rejected');
  }
}

/** A label takes only known values, or a peer could fill the metrics. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(
  downlinkMessageSchema.options.map((option) => option.shape.type.value),
);
