import { createHash, randomBytes } from 'node:crypto';
import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { phoneKey } from '../../shared/contracts/phone-key.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Executor } from '../db/database.ts';
import { enqueue } from '../downlink/downlink-store.ts';
import { hubsHolding, isErased, takeEnrolmentLock } from '../enrolment/enrolment-store.ts';
import { dropLinks, dropPhone, putLink, putPhone, useLink } from './phone-store.ts';

type EventOf<Type extends HubEvent['type']> = Extract<HubEvent, { type: Type }>;

/** A link that a hub has handed out at the enrolment, from when its word is here. */
const ENROLMENT_LINK_MS = 86_400_000;
/** A link that the operator makes for somebody who stands there with another phone. */
const OPERATOR_LINK_MS = 30 * 60_000;
const SECRET_BYTES = 32;

/** A phone that was paired. */
export interface PairedPhone {
  readonly keyId: string;
  /** Hubs that have something new in their downlink. */
  readonly nudges: readonly string[];
}

/**
 * Whose phone is whose. A link, handed out at the enrolment or by the operator, makes a key that the phone has made the
 * shopper's, and all hubs that know the shopper are told. A hub can hand out a link for whom it enrols, once, and for nobody
 * who is enrolled already: one that is stolen makes no phone of its own anybody's. Every method runs in the caller's
 * transaction.
 */
export class Phones {
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(parts: { readonly clock: Clock; readonly newId: IdMaker }) {
    this.clock = parts.clock;
    this.newId = parts.newId;
  }

  /** The link that goes with an enrolment; to be called before it is kept: of whom is known already, no hub hands one out. */
  async enrolled(tx: Executor, { data }: EventOf<'shopper.enrolled'>): Promise<void> {
    const { shopperId, phoneLinkHash: secretHash } = data;
    if (secretHash === undefined || (await hubsHolding(tx, shopperId)).length > 0) return;
    if (await isErased(tx, shopperId)) return;
    const now = this.clock.now();
    const expiresAt = new Date(now + ENROLMENT_LINK_MS);
    await putLink(tx, { secretHash, shopperId, expiresAt }, new Date(now));
  }

  /** A link for another phone. @returns undefined for somebody whom no hub has enrolled */
  async link(
    tx: Executor,
    shopperId: string,
  ): Promise<{ readonly secret: string; readonly expiresAt: Date } | undefined> {
    const holding = await hubsHolding(tx, shopperId);
    if (holding.length === 0 || (await isErased(tx, shopperId))) return undefined;
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const now = this.clock.now();
    const expiresAt = new Date(now + OPERATOR_LINK_MS);
    await putLink(tx, { secretHash: hashOf(secret), shopperId, expiresAt }, new Date(now));
    return { secret, expiresAt };
  }

  /**
   * Makes the phone that has the link the shopper's. The same phone again changes nothing.
   *
   * @returns undefined where the link is not good, or the key is none
   */
  async pair(
    tx: Executor,
    asked: { readonly secret: string; readonly publicKey: string },
  ): Promise<PairedPhone | undefined> {
    const { secret, publicKey } = asked;
    const key = await phoneKey(publicKey);
    if (!key) return undefined;
    const { keyId } = key;
    await takeEnrolmentLock(tx);
    const now = new Date(this.clock.now());
    const shopperId = await useLink(tx, { secretHash: hashOf(secret), keyId, now });
    if (shopperId === undefined || (await isErased(tx, shopperId))) return undefined;
    const isNew = await putPhone(tx, { shopperId, keyId, publicKey, pairedAt: now });
    return { keyId, nudges: isNew ? await this.tellHubs(tx, shopperId, publicKey) : [] };
  }

  /** No phone pays for the shopper any more. @returns undefined where none did; else hubs that have something new */
  async remove(tx: Executor, shopperId: string): Promise<readonly string[] | undefined> {
    await takeEnrolmentLock(tx);
    await dropLinks(tx, shopperId);
    return (await dropPhone(tx, shopperId)) ? this.tellHubs(tx, shopperId, null) : undefined;
  }

  /** Hubs drop an erased person's phone with the person. */
  async erased(tx: Executor, { data }: EventOf<'shopper.erased'>): Promise<void> {
    await dropLinks(tx, data.shopperId);
    await dropPhone(tx, data.shopperId);
  }

  private async tellHubs(
    tx: Executor,
    shopperId: string,
    publicKey: string | null,
  ): Promise<readonly string[]> {
    const hubIds = await hubsHolding(tx, shopperId);
    const occurredAt = new Date(this.clock.now()).toISOString();
    for (const hubId of hubIds) {
      const data = { shopperId, publicKey };
      const envelope = { id: this.newId(), version: 1, occurredAt } as const;
      await enqueue(tx, hubId, { ...envelope, type: 'shopper.phone', data });
    }
    return hubIds;
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
