import {
  directorySchema,
  type EnrolmentAnswer,
  hubStatusSchema,
} from '../../shared/contracts/http-hub.ts';
import { HubRefusal } from '../cli/hub-client.ts';
import type { HubNode } from '../stack/hub-node.ts';
import type { CastMember, Secrets } from './cast.ts';
import { newId, operatorOf } from './counter.ts';
import type { PhotoStudio } from './photo-studio.ts';
import { until } from './until.ts';

const CONSENT_TEXT_VERSION = '2026-11';

/** Waits until each hub knows all others, so that it can seal for them. */
export async function untilHubsKnowEachOther(hubs: readonly HubNode[]): Promise<void> {
  for (const hub of hubs) {
    await until(`${hub.hubId} knows the other hubs`, async () => {
      const directory = await operatorOf(hub).get('/api/directory', directorySchema);
      return directory.hubs.length === hubs.length;
    });
  }
}

/**
 * Enrols the cast, in turn at each hub, with consent for every street.
 *
 * @returns who is who: shopper ids by the cast's names; who could not be enrolled is missing
 */
export async function enrolAll(
  cast: readonly CastMember[],
  hubs: readonly HubNode[],
  how: { readonly studio: PhotoStudio; readonly onProgress: (text: string) => void },
): Promise<ReadonlyMap<string, string>> {
  const streets = hubs.map((hub) => hub.streetId);
  const shopperIds = new Map<string, string>();
  for (const [i, member] of cast.entries()) {
    const hub = hubs[i % hubs.length];
    if (!hub) break;
    how.onProgress(`enrolling ${member.name} at ${hub.hubId}`);
    const bytes = await how.studio.portrait(member.pictures[0]);
    const photo = { name: `${i}.jpg`, bytes };
    const answer = await enrolOne(hub, photo, { streets, secrets: member.secrets });
    if (answer instanceof HubRefusal) how.onProgress(`${member.name}: ${answer.message}`);
    else shopperIds.set(member.name, answer.shopperId);
  }
  return shopperIds;
}

async function enrolOne(
  hub: HubNode,
  photo: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
  about: { readonly streets: readonly string[]; readonly secrets: Secrets | undefined },
): Promise<EnrolmentAnswer | HubRefusal> {
  const { streets, secrets } = about;
  try {
    return await operatorOf(hub).enrol({
      enrolmentId: newId(),
      photos: [photo],
      consent: { textVersion: CONSENT_TEXT_VERSION, language: 'en', streets },
      ...(secrets && { phoneLast4: secrets.last4, pin: secrets.pin }),
    });
  } catch (error) {
    if (error instanceof HubRefusal) return error;
    throw error;
  }
}

/** Waits until every hub's gallery holds as many templates: the replicas have come through central. */
export async function untilGalleriesHold(count: number, hubs: readonly HubNode[]): Promise<void> {
  for (const hub of hubs) {
    await until(`${hub.hubId} holds ${count} templates`, async () => {
      const status = await operatorOf(hub).get('/api/status', hubStatusSchema);
      return status.gallery.size === count;
    });
  }
}
