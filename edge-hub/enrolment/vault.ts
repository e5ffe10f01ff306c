import { createHmac } from 'node:crypto';
import type { Consent } from '../../shared/contracts/hub-events.ts';
import { newPersonKey, type RandomBytes, sealTemplate, wrapPersonKey } from './sealing.ts';
import type { SealedEntry, ShopperStore } from './shopper-store.ts';
import {
  decodeSecrets,
  decodeTemplate,
  encodeTemplate,
  type PersonSecrets,
} from './template-codec.ts';
import { type OpenedTemplate, TemplateOpener } from './template-opener.ts';
import type { TemplateProtection } from './template-protection.ts';

export interface NewPerson {
  readonly shopperId: string;
  readonly templateId: string;
  readonly packId: string;
  readonly origin: 'enrolled' | 'replica';
  readonly consent: Consent;
  /** The embedding is under the template key in force. */
  readonly content: PersonSecrets & { readonly embedding: Float32Array };
  readonly createdAt: string;
}

export interface VaultParts {
  readonly store: ShopperStore;
  /** 32 bytes that are not in the database. */
  readonly hubKey: Buffer;
  readonly protection: TemplateProtection;
  readonly random: RandomBytes;
}

/** The only place where templates are sealed into rows and opened out of them. */
export class TemplateVault {
  private readonly store: ShopperStore;
  private readonly hubKey: Buffer;
  private readonly protection: TemplateProtection;
  private readonly random: RandomBytes;
  private readonly opener: TemplateOpener;

  constructor({ store, hubKey, protection, random }: VaultParts) {
    this.store = store;
    this.hubKey = hubKey;
    this.protection = protection;
    this.random = random;
    this.opener = new TemplateOpener(hubKey, protection);
  }

  /** Stores a person under a fresh key of their own; belongs inside a transaction. */
  put(person: NewPerson): void {
    const { shopperId, packId, createdAt } = person;
    const personKey = newPersonKey(this.random);
    const { hubKey, random } = this;
    const { keyId } = this.protection;
    const { phone } = person.content;
    const wrappedKey = wrapPersonKey(personKey, { hubKey, shopperId, random });
    const plain = encodeTemplate({ ...person.content, keyId });
    const sealed = sealTemplate(plain, { shopperId, packId, personKey, random });
    this.store.put(
      {
        shopperId,
        origin: person.origin,
        consentJson: JSON.stringify(person.consent),
        wrappedKey,
        createdAt,
        phoneFingerprint: phone === null ? null : this.phoneFingerprint(phone),
      },
      { templateId: person.templateId, shopperId, packId, sealed, createdAt, keyId },
    );
    for (const bytes of [plain, personKey, wrappedKey, sealed]) bytes.fill(0);
  }

  /**
   * Gives a person a template of another pack beside the one they have, with what they have told about themselves;
   * belongs inside a transaction.
   *
   * @returns false where there is none of the pack `from`, or it does not open
   */
  succeed(template: {
    readonly shopperId: string;
    readonly templateId: string;
    readonly from: string;
    readonly to: string;
    /** Under the template key in force. */
    readonly embedding: Float32Array;
    readonly createdAt: string;
  }): boolean {
    const { shopperId, templateId, from, to: packId, embedding, createdAt } = template;
    const { store, random } = this;
    const { keyId } = this.protection;
    const entry = store.sealedTemplateOf(shopperId, from);
    const sealed =
      entry &&
      this.opener.open(entry, (earlier, personKey) => {
        const secrets = decodeSecrets(earlier);
        if (!secrets) return undefined;
        const plain = encodeTemplate({ ...secrets, embedding, keyId });
        const made = sealTemplate(plain, { shopperId, packId, personKey, random });
        plain.fill(0);
        return made;
      });
    if (sealed) store.addTemplate({ templateId, shopperId, packId, sealed, createdAt, keyId });
    for (const bytes of [entry?.sealed, entry?.wrappedKey, sealed]) bytes?.fill(0);
    return sealed !== undefined;
  }

  /**
   * Opens every template of a pack, for the index.
   *
   * @param onBroken called for a row that does not open, or is under a template key that is not known; it is left out
   */
  *openAll(
    pack: { readonly packId: string; readonly dimension: number },
    onBroken: (templateId: string) => void,
  ): Generator<OpenedTemplate> {
    const entries = this.store.sealedOf(pack.packId);
    yield* this.opener.openAll(entries, pack.dimension, onBroken);
  }

  /**
   * What a person has told about themselves; undefined when they are not here or do not open.
   *
   * @param packIds where to look, one after the other: a template of any pack has it
   */
  secretsOf(shopperId: string, packIds: readonly string[]): PersonSecrets | undefined {
    for (const packId of packIds) {
      const entry = this.store.sealedTemplateOf(shopperId, packId);
      const secrets = entry && this.opener.openOnce(entry, decodeSecrets);
      if (secrets) return secrets;
    }
    return undefined;
  }

  /** A person's template, under the template key in force; undefined as above. */
  embeddingOf(
    shopperId: string,
    pack: { readonly packId: string; readonly dimension: number },
  ): Float32Array | undefined {
    const entry = this.store.sealedTemplateOf(shopperId, pack.packId);
    return entry && this.opener.embeddingIn(entry, pack.dimension);
  }

  /**
   * Seals templates that are under another template key anew, under the one in force; belongs inside a transaction.
   *
   * @param page the next ones in the order of their ids
   * @returns the id of the last one looked at; undefined where there was none left
   */
  renewSome(
    page: { readonly after: string; readonly limit: number },
    onBroken: (templateId: string) => void,
  ): string | undefined {
    const { store, protection } = this;
    const entries = store.underOtherKeys(protection.keyId, page);
    for (const entry of entries) {
      const sealed = this.resealed(entry);
      const { templateId, sealed: from } = entry;
      if (sealed) store.reseal(templateId, { from, to: sealed, keyId: protection.keyId });
      else onBroken(templateId);
      for (const bytes of [from, entry.wrappedKey, sealed]) bytes?.fill(0);
    }
    return entries.at(-1)?.templateId;
  }

  /** A keyed hash, hex: what went in cannot be guessed from the database alone. */
  fingerprint(text: string): string {
    return createHmac('sha256', this.hubKey).update(`wuma-fingerprint-1\n${text}`).digest('hex');
  }

  /** What a phone number is found by. */
  phoneFingerprint(phone: string): string {
    return createHmac('sha256', this.hubKey).update(`wuma-phone-1\n${phone}`).digest('hex');
  }

  private resealed(entry: SealedEntry): Buffer | undefined {
    const { protection, random } = this;
    return this.opener.open(entry, (plain, personKey) => {
      const content = decodeTemplate(plain);
      const embedding = content && protection.renew(content, entry.packId);
      if (!embedding) return undefined;
      const renewed = encodeTemplate({ ...content, embedding, keyId: protection.keyId });
      const sealed = sealTemplate(renewed, { ...entry, personKey, random });
      for (const bytes of [renewed, content.embedding, embedding]) bytes.fill(0);
      return sealed;
    });
  }
}
