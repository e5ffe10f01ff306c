import type { X509Certificate } from 'node:crypto';
import { MAX_DOWNLINK_BYTES } from '../../shared/contracts/downlink-messages.ts';
import type { HubAnnouncement, HubEvent } from '../../shared/contracts/hub-events.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Executor } from '../db/database.ts';
import {
  enqueue,
  enqueueAtEach,
  replaceTemplates,
  type UnsentMessage,
} from '../downlink/downlink-store.ts';
import {
  enrolmentEvents,
  hubsHolding,
  insertEnrolment,
  insertErasure,
  insertReceipt,
  isErased,
  upsertReplica,
} from './enrolment-store.ts';
import { listAnnouncements, listHubIds, writeAnnouncement } from './hub-store.ts';
import { checkAnnouncement, checkReceipt, type VouchingError } from './vouching.ts';

type EventOf<Type extends HubEvent['type']> = Extract<HubEvent, { type: Type }>;

export type EnrolmentEvent = EventOf<
  'shopper.enrolled' | 'shopper.erased' | 'erasure.receipt' | 'hub.announced'
>;

export type EnrolmentError = VouchingError | 'hub_not_announced';

export interface EnrolmentParts {
  readonly authorities: readonly X509Certificate[];
  readonly clock: Clock;
  readonly newId: IdMaker;
}

/** What an event led to. */
export interface EnrolmentOutcome {
  /** Hubs that have something new in their downlink. */
  readonly nudges: readonly string[];
  /** Replicas not forwarded: no such hub, no consent for its street, the person erased, or too large. */
  readonly refusedReplicas: number;
  /** Events whose text is to be emptied in the inbox. */
  readonly emptied: readonly { readonly hubId: string; readonly seq: number }[];
}

const NOTHING: EnrolmentOutcome = { nudges: [], refusedReplicas: 0, emptied: [] };
/** Room for the message around a sealed template. */
const ENVELOPE_BYTES = 4_096;

/**
 * Who enrolled where, who is to be told, who owes a receipt. Central forwards sealed templates and has
 * no key that could open one.
 */
export class Enrolment {
  private readonly parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.parts = parts;
  }

  /** Applies an event in the caller's transaction, which holds the enrolment lock. */
  apply(tx: Executor, event: EnrolmentEvent): Promise<Result<EnrolmentOutcome, EnrolmentError>> {
    switch (event.type) {
      case 'hub.announced':
        return this.announced(tx, event);
      case 'shopper.enrolled':
        return this.enrolled(tx, event);
      case 'shopper.erased':
        return this.erased(tx, event);
      case 'erasure.receipt':
        return this.receipt(tx, event);
      default:
        return unreachable(event);
    }
  }

  private async announced(
    tx: Executor,
    event: EventOf<'hub.announced'>,
  ): Promise<Result<EnrolmentOutcome, EnrolmentError>> {
    const { authorities, clock } = this.parts;
    const checked = checkAnnouncement(event.data, {
      hubId: event.source,
      authorities,
      nowMs: clock.now(),
    });
    if (!checked.ok) return checked;
    const before = (await listAnnouncements(tx)).find((hub) => hub.hubId === event.source);
    await writeAnnouncement(tx, event.data, new Date(event.occurredAt));
    // a hub that only started again signs anew, and says nothing new
    if (before && saysTheSame(before, event.data)) return ok(NOTHING);
    const everyone = await listAnnouncements(tx);
    const hubIds = await listHubIds(tx);
    await enqueueAtEach(tx, hubIds, {
      ...this.envelope(),
      type: 'hub.directory',
      data: { hubs: everyone },
    });
    return ok({ ...NOTHING, nudges: hubIds });
  }

  private async enrolled(
    tx: Executor,
    event: EventOf<'shopper.enrolled'>,
  ): Promise<Result<EnrolmentOutcome, EnrolmentError>> {
    const { shopperId, consent, replicas } = event.data;
    await insertEnrolment(tx, event);
    if (await isErased(tx, shopperId)) {
      const emptied = [{ hubId: event.source, seq: event.seq }];
      return ok({ nudges: [], refusedReplicas: replicas.length, emptied });
    }
    const streets = new Map(
      (await listAnnouncements(tx)).map((hub) => [hub.hubId, hub.streetId] as const),
    );
    const nudges = new Set<string>();
    let refusedReplicas = 0;
    for (const sealed of replicas) {
      const street = streets.get(sealed.hubId);
      const agreed = street !== undefined && consent.streets.includes(street);
      const bytes = sealed.ciphertext.length + sealed.enc.length + ENVELOPE_BYTES;
      if (sealed.hubId === event.source || !agreed || bytes > MAX_DOWNLINK_BYTES) {
        refusedReplicas += 1;
        continue;
      }
      const seq = await enqueue(tx, sealed.hubId, {
        ...this.envelope(),
        type: 'template.replica',
        data: { shopperId, fromHubId: event.source, consent, sealed },
      });
      await upsertReplica(tx, {
        hubId: sealed.hubId,
        shopperId,
        packId: sealed.packId,
        fromHubId: event.source,
        downlinkSeq: seq,
        sentAt: new Date(this.parts.clock.now()),
      });
      nudges.add(sealed.hubId);
    }
    return ok({ nudges: [...nudges], refusedReplicas, emptied: [] });
  }

  private async erased(
    tx: Executor,
    event: EventOf<'shopper.erased'>,
  ): Promise<Result<EnrolmentOutcome, EnrolmentError>> {
    const { shopperId } = event.data;
    const holding = await hubsHolding(tx, shopperId);
    const targets = [...new Set([...holding, event.source])].toSorted();
    const told = (await insertErasure(tx, event, targets)).filter((hub) => hub !== event.source);
    const erase = { type: 'shopper.erase', data: event.data } as const;
    await replaceTemplates(tx, { ...this.envelope(), ...erase });
    await enqueueAtEach(tx, told, { ...this.envelope(), ...erase });
    const emptied = await enrolmentEvents(tx, shopperId);
    return ok({ nudges: told, refusedReplicas: 0, emptied });
  }

  private async receipt(
    tx: Executor,
    event: EventOf<'erasure.receipt'>,
  ): Promise<Result<EnrolmentOutcome, EnrolmentError>> {
    if (event.data.hubId !== event.source) return err('wrong_hub');
    const hub = (await listAnnouncements(tx)).find((each) => each.hubId === event.source);
    if (!hub) return err('hub_not_announced');
    const checked = checkReceipt(event.data, hub.certificatePem);
    if (!checked.ok) return checked;
    await insertReceipt(tx, event, new Date(this.parts.clock.now()));
    return ok(NOTHING);
  }

  private envelope(): Pick<UnsentMessage, 'id' | 'version' | 'occurredAt'> {
    return {
      id: this.parts.newId(),
      version: 1,
      occurredAt: new Date(this.parts.clock.now()).toISOString(),
    };
  }
}

function saysTheSame(before: HubAnnouncement, now: HubAnnouncement): boolean {
  return (
    before.streetId === now.streetId &&
    before.streetName === now.streetName &&
    before.sealingKey === now.sealingKey &&
    before.certificatePem === now.certificatePem
  );
}
