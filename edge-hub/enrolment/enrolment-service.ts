import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AnalysisFailure, FaceEngine, FaceQuality } from '../../models/runtime/analysis.ts';
import type { Consent, SealedTemplate } from '../../shared/contracts/hub-events.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import type { IdentifyThresholds } from '../decision/decision.ts';
import type { HubEvents } from '../events.ts';
import type { HubIdentity } from '../identity.ts';
import type { Gallery, PersonCandidate } from '../recognition/gallery.ts';
import type { DirectoryStore } from './directory-store.ts';
import { fuseEmbeddings, leastLikeness } from './embedding.ts';
import { type ComparableFaces, lookAlikesOf } from './look-alikes.ts';
import { hashPin, isTooSimple } from './pin-hash.ts';
import { sealReplica } from './replica-sealing.ts';
import type { RandomBytes } from './sealing.ts';
import type { ShopperStore } from './shopper-store.ts';
import { encodeTemplate, type PersonSecrets } from './template-codec.ts';
import type { TemplateProtection } from './template-protection.ts';
import type { TemplateVault } from './vault.ts';

export interface EnrolmentRequest {
  /** UUIDv7 that the client has made; the same again gets the same answer. */
  readonly enrolmentId: string;
  /** 1-5 files. */
  readonly photos: readonly Uint8Array[];
  readonly consent: Pick<Consent, 'textVersion' | 'language' | 'streets'>;
  /** Digits; with a PIN they can be paid by. */
  readonly phone: string | null;
  /** Of the phone number; with `phone` they are its last. */
  readonly phoneLast4: string | null;
  /** Six digits. */
  readonly pin: string | null;
  /** Under age: a lower limit. */
  readonly minor: boolean;
  /** The operator has seen that this is somebody else than the person of the nearest face. */
  readonly twin: boolean;
}

/** As it is stored; the hub wrote it itself. */
const answerSchema = z.custom<EnrolmentAnswer>((value) => typeof value === 'object');

export interface EnrolmentAnswer {
  readonly shopperId: string;
  readonly packId: string;
  /** Photos with a usable face. */
  readonly faces: number;
  /** Of the best photo. */
  readonly quality: FaceQuality;
  /** Streets whose hubs get a sealed replica. */
  readonly replicatedTo: readonly string[];
  /** Somebody in the gallery has nearly the same face: both give the PIN at every payment. */
  readonly pinRule: boolean;
}

/** The answer to the first request alone: whoever asks again is told no secret. */
export interface Enrolled extends EnrolmentAnswer {
  /** The address by which the shopper pairs their phone. */
  readonly phoneLink: string | null;
}

export type EnrolmentFailure =
  | AnalysisFailure['code']
  | 'street_not_agreed'
  | 'photos_differ'
  | 'already_enrolled'
  | 'pin_too_simple'
  | 'phone_taken'
  | 'look_alike_needs_pin'
  | 'enrolment_conflict'
  | 'shopper_erased';

export interface EnrolmentParts {
  readonly identity: HubIdentity;
  readonly engine: FaceEngine;
  readonly gallery: Gallery;
  /** People who have no template of the present pack yet; undefined where there is no pack before it. */
  readonly former: (ComparableFaces & { readonly engine: FaceEngine }) | undefined;
  /** Called when a person can be found in the gallery. */
  readonly onKnown: (shopperId: string) => void;
  readonly vault: TemplateVault;
  readonly protection: TemplateProtection;
  readonly shoppers: ShopperStore;
  readonly directory: DirectoryStore;
  /** The page for shoppers' phones; undefined: none is set. */
  readonly phonePage: string | undefined;
  readonly audit: AuditStore;
  readonly events: HubEvents;
  readonly transact: Transact;
  /** The pack's own: how near two faces are does not depend on the gallery. */
  readonly thresholds: Pick<IdentifyThresholds, 'sure' | 'margin'> & { readonly leastSure: number };
  /** Cryptographically strong bytes. */
  readonly random: RandomBytes;
  /** Told of every erasure once its rows are gone. */
  readonly forgetting: { erased(): void };
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly logger: Logger;
}

interface PhoneLink {
  readonly address: string;
  /** sha256 of its secret, hex. */
  readonly hash: string;
}

const LINK_SECRET_BYTES = 32;

/** The embedding is under the template key in force. */
type NewContent = PersonSecrets & { readonly embedding: Float32Array };

interface Sample {
  readonly embedding: Float32Array;
  readonly quality: FaceQuality;
}

/** Takes people into the gallery, with their consent, and out of it again. */
export class EnrolmentService {
  private readonly parts: EnrolmentParts;
  /** Enrolments go one after the other: two of the same face at once would not see each other. */
  private tail: Promise<unknown> = Promise.resolve();

  constructor(parts: EnrolmentParts) {
    this.parts = parts;
  }

  enrol(request: EnrolmentRequest): Promise<Result<Enrolled, EnrolmentFailure>> {
    const turn = this.tail.then(() => this.enrolNow(request));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Erases a person here and asks central to have them erased everywhere. Idempotent.
   *
   * @returns false when this hub has never heard of them
   */
  async erase(shopperId: string): Promise<boolean> {
    const { shoppers, events, audit, transact, clock } = this.parts;
    if (!shoppers.isEnrolled(shopperId)) return shoppers.isErased(shopperId);
    await this.eraseHere(shopperId, () => {
      events.shopperErased({ shopperId, requestedAt: new Date(clock.now()).toISOString() });
      audit.record('shopper.erase', 'operator', shopperId);
    });
    assert(
      transact(() => !shoppers.isEnrolled(shopperId)),
      'erased means gone',
    );
    return true;
  }

  /**
   * Takes everything of a person off this hub: rows, key, index, log, and writes the receipt.
   *
   * @param also what belongs in the same transaction
   */
  async eraseHere(shopperId: string, also: () => void): Promise<void> {
    const { shoppers, events, identity, transact, clock, gallery, former, forgetting } = this.parts;
    transact(() => {
      const erasedAt = new Date(clock.now()).toISOString();
      const templatesRemoved = shoppers.erase(shopperId, erasedAt);
      also();
      events.erasureReceipt(identity.erasureReceipt({ shopperId, erasedAt, templatesRemoved }));
    });
    await gallery.eraseShopper(shopperId);
    await former?.gallery.eraseShopper(shopperId);
    forgetting.erased();
  }

  private async enrolNow(request: EnrolmentRequest): Promise<Result<Enrolled, EnrolmentFailure>> {
    const { identity, vault } = this.parts;
    const inputHash = vault.fingerprint(textOf(request));
    const earlier = this.earlier(request.enrolmentId, inputHash);
    if (earlier) return earlier;
    const { streets } = request.consent;
    if (!streets.includes(identity.street.streetId)) return err('street_not_agreed');
    if (request.pin !== null && isTooSimple(request.pin)) return err('pin_too_simple');
    if (this.isPhoneTaken(request.phone)) return err('phone_taken');
    const taken = await this.analyse(request.photos, this.parts.engine);
    if (!taken.ok) return taken;
    const embeddings = taken.value.map((sample) => sample.embedding);
    if (leastLikeness(embeddings) < this.parts.thresholds.leastSure) {
      wipe(embeddings);
      return err('photos_differ');
    }
    const embedding = fuseEmbeddings(embeddings);
    wipe(embeddings);
    try {
      return await this.enrolFace(request, { inputHash, samples: taken.value, embedding });
    } finally {
      wipe([embedding]);
    }
  }

  private async enrolFace(
    request: EnrolmentRequest,
    face: {
      readonly inputHash: string;
      readonly samples: readonly Sample[];
      readonly embedding: Float32Array;
    },
  ): Promise<Result<Enrolled, EnrolmentFailure>> {
    const { shoppers, gallery, thresholds, engine, newId } = this.parts;
    const { inputHash, samples, embedding } = face;
    const { streets } = request.consent;
    const { packId, dimension } = engine;
    const near = await lookAlikesOf(embedding, { packId, dimension, gallery, thresholds });
    const before = await this.nearAmongFormer(request.photos);
    const isSure = [
      ...near.map(({ score }) => score >= thresholds.sure),
      ...before.map(({ score }) => score >= (this.parts.former?.thresholds.sure ?? 1)),
    ];
    if (!request.twin && isSure.includes(true)) return err('already_enrolled');
    const alike = [...near, ...before];
    if (alike.length > 0 && request.pin === null) return err('look_alike_needs_pin');
    const shopperId = newId();
    const content = { embedding, ...(await this.secretsOf(request)) };
    const replicas = await this.sealReplicas(shopperId, streets, content);
    const answer: EnrolmentAnswer = {
      shopperId,
      packId: engine.packId,
      faces: samples.length,
      quality: bestOf(samples),
      replicatedTo: replicas.map((replica) => replica.streetId),
      pinRule: alike.length > 0,
    };
    const templateId = newId();
    const link = this.newPhoneLink();
    this.store({ request, inputHash, answer, content, templateId, replicas, alike, link });
    assert(shoppers.isEnrolled(shopperId), 'the person is stored before they can be found');
    await gallery.insert({ templateId, shopperId, embedding });
    this.parts.onKnown(shopperId);
    return ok({ ...answer, phoneLink: link?.address ?? null });
  }

  /** Look-alikes among those whom only the former pack knows: it has to look at the photos for that. */
  private async nearAmongFormer(
    photos: readonly Uint8Array[],
  ): Promise<readonly PersonCandidate[]> {
    const { former } = this.parts;
    if (!former || former.gallery.size === 0) return [];
    const taken = await this.analyse(photos, former.engine);
    if (!taken.ok) return [];
    const embeddings = taken.value.map((sample) => sample.embedding);
    const embedding = fuseEmbeddings(embeddings);
    try {
      return await lookAlikesOf(embedding, former);
    } finally {
      wipe([...embeddings, embedding]);
    }
  }

  /** Puts a person and those near them under the PIN rule; belongs inside the transaction that stores the person. */
  markLookAlikes(shopperId: string, alike: readonly PersonCandidate[], at: string): void {
    const { shoppers } = this.parts;
    for (const other of alike) {
      // erased between the search and now: there is nobody to be taken for
      if (shoppers.isEnrolled(other.shopperId)) {
        shoppers.addLookAlikes(shopperId, other.shopperId, at);
      }
    }
  }

  /** One number finds one person: a PIN that two could have would be tried on both. */
  private isPhoneTaken(phone: string | null): boolean {
    const { shoppers, vault } = this.parts;
    return phone !== null && shoppers.ownerOfPhone(vault.phoneFingerprint(phone)) !== undefined;
  }

  /** The secret is in the fragment, which goes to no server by itself; central is told its hash. */
  private newPhoneLink(): PhoneLink | undefined {
    const { phonePage, random } = this.parts;
    if (phonePage === undefined) return undefined;
    const secret = Buffer.from(random(LINK_SECRET_BYTES)).toString('base64url');
    const hash = createHash('sha256').update(secret).digest('hex');
    return { address: `${phonePage}#${secret}`, hash };
  }

  private async secretsOf(request: EnrolmentRequest): Promise<PersonSecrets> {
    const { pin, phone, phoneLast4, minor } = request;
    const verifier = pin === null ? null : await hashPin(pin, this.parts.random);
    return { phone, phoneLast4: phone?.slice(-4) ?? phoneLast4, pin: verifier, minor };
  }

  private earlier(
    enrolmentId: string,
    inputHash: string,
  ): Result<Enrolled, EnrolmentFailure> | undefined {
    const row = this.parts.shoppers.enrolment(enrolmentId);
    if (!row) return undefined;
    if (row.inputHash !== inputHash) return err('enrolment_conflict');
    if (this.parts.shoppers.isErased(row.shopperId)) return err('shopper_erased');
    return ok({ ...answerSchema.parse(JSON.parse(row.answerJson)), phoneLink: null });
  }

  /** Each photo by itself, so that a photo of somebody else cannot hide in the mean. Photos without a usable face are left out. */
  private async analyse(
    photos: readonly Uint8Array[],
    engine: FaceEngine,
  ): Promise<Result<Sample[], AnalysisFailure['code']>> {
    const takenAt = new Date(this.parts.clock.now()).toISOString();
    const results = await Promise.all(
      photos.map((colour) =>
        engine.analyse([{ takenAt, colour }], {
          requireDepth: false,
          severalFaces: 'largest',
        }),
      ),
    );
    await engine.forget();
    const samples = results.flatMap((result) => (result.ok ? [result.value] : []));
    if (samples.length > 0) return ok(samples);
    const failed = results.find((result) => !result.ok);
    return err(failed && !failed.ok ? failed.error.code : 'no_face');
  }

  private async sealReplicas(
    shopperId: string,
    streets: readonly string[],
    content: NewContent,
  ): Promise<{ streetId: string; sealed: SealedTemplate }[]> {
    const { directory, identity, engine, protection } = this.parts;
    const { packId } = engine;
    const hubs = directory
      .hubs()
      .filter((hub) => hub.hubId !== identity.street.hubId && streets.includes(hub.streetId));
    const plain = encodeTemplate({ ...content, keyId: protection.keyId });
    const sealed = await Promise.all(
      hubs.map(async (hub) => ({
        streetId: hub.streetId,
        sealed: await sealReplica(plain, hub.sealingKey, { hubId: hub.hubId, shopperId, packId }),
      })),
    );
    plain.fill(0);
    return sealed;
  }

  private store(enrolment: {
    request: EnrolmentRequest;
    inputHash: string;
    answer: EnrolmentAnswer;
    content: NewContent;
    templateId: string;
    replicas: readonly { sealed: SealedTemplate }[];
    alike: readonly PersonCandidate[];
    link: PhoneLink | undefined;
  }): void {
    const { vault, shoppers, events, audit, transact, clock } = this.parts;
    const { request, answer, content, templateId } = enrolment;
    const { shopperId, packId } = answer;
    const createdAt = new Date(clock.now()).toISOString();
    const { textVersion, language, streets } = request.consent;
    const consent: Consent = { textVersion, language, givenAt: createdAt, streets };
    transact(() => {
      vault.put({ shopperId, templateId, packId, origin: 'enrolled', consent, content, createdAt });
      this.markLookAlikes(shopperId, enrolment.alike, createdAt);
      shoppers.insertEnrolment({
        enrolmentId: request.enrolmentId,
        inputHash: enrolment.inputHash,
        shopperId,
        answerJson: JSON.stringify(answer),
        createdAt,
      });
      events.shopperEnrolled({
        shopperId,
        consent,
        packId,
        replicas: enrolment.replicas.map((replica) => replica.sealed),
        ...(enrolment.link && { phoneLinkHash: enrolment.link.hash }),
      });
      audit.record('shopper.enrol', 'operator', shopperId);
    });
  }
}

/** In memory, too, a face is where it is needed and nowhere else. */
function wipe(embeddings: readonly Float32Array[]): void {
  for (const embedding of embeddings) embedding.fill(0);
}

function bestOf(samples: readonly Sample[]): FaceQuality {
  const best = samples.toSorted((a, b) => b.quality.interEyePx - a.quality.interEyePx)[0];
  return present(best, 'at least one sample').quality;
}

/** Everything that the answer depends on; photos by their hashes. */
function textOf(request: EnrolmentRequest): string {
  const photos = request.photos.map((photo) => createHash('sha256').update(photo).digest('hex'));
  const { consent, phone, phoneLast4, pin, minor, twin } = request;
  return JSON.stringify([photos, consent, phone ?? phoneLast4, pin, minor, twin]);
}
