import { createHmac } from 'node:crypto';
import type { Consent } from '../../shared/contracts/hub-events.ts';
import {
  newPersonKey,
  openTemplate,
  type RandomBytes,
  sealTemplate,
  unwrapPersonKey,
  wrapPersonKey,
} from './sealing.ts';
import type { SealedEntry, ShopperStore } from './shopper-store.ts';
import {
  decodeSecrets,
  decodeTemplate,
  encodeTemplate,
  type PersonSecrets,
  type TemplateContent,
} from './template-codec.ts';

export interface NewPerson {
  readonly shopperId: string;
  readonly templateId: string;
  readonly packId: string;
  readonly origin: 'enrolled' | 'replica';
  readonly consent: Consent;
  readonly content: TemplateContent;
  readonly createdAt: string;
}

export interface OpenedTemplate {
  readonly templateId: string;
  readonly shopperId: string;
  readonly embedding: Float32Array;
}

/** The only place where templates are sealed into rows and opened out of them. */
export class TemplateVault {
  private readonly store: ShopperStore;
  private readonly hubKey: Buffer;
  private readonly random: RandomBytes;

  /** @param hubKey 32 bytes that are not in the database */
  constructor(store: ShopperStore, hubKey: Buffer, random: RandomBytes) {
    this.store = store;
    this.hubKey = hubKey;
    this.random = random;
  }

  /** Stores a person under a fresh key of their own; belongs inside a transaction. */
  put(person: NewPerson): void {
    const { shopperId, packId, createdAt } = person;
    const personKey = newPersonKey(this.random);
    const { hubKey, random } = this;
    const wrappedKey = wrapPersonKey(personKey, { hubKey, shopperId, random });
    const plain = encodeTemplate(person.content);
    const sealed = sealTemplate(plain, { shopperId, packId, personKey, random });
    this.store.put(
      {
        shopperId,
        origin: person.origin,
        consentJson: JSON.stringify(person.consent),
        wrappedKey,
        createdAt,
      },
      { templateId: person.templateId, shopperId, packId, sealed, createdAt },
    );
    plain.fill(0);
    personKey.fill(0);
  }

  /**
   * Opens every template of a pack, for the index.
   *
   * @param onBroken called for a row that does not open; it is left out
   */
  *openAll(
    pack: { readonly packId: string; readonly dimension: number },
    onBroken: (templateId: string) => void,
  ): Generator<OpenedTemplate> {
    for (const entry of this.store.sealedOf(pack.packId)) {
      const content = this.open(entry, (plain) => decodeTemplate(plain, pack.dimension));
      if (content) {
        yield {
          templateId: entry.templateId,
          shopperId: entry.shopperId,
          embedding: content.embedding,
        };
      } else {
        onBroken(entry.templateId);
      }
    }
  }

  /** What a person has told about themselves; undefined when they are not here or do not open. */
  secretsOf(shopperId: string, packId: string): PersonSecrets | undefined {
    const entry = this.store.sealedTemplateOf(shopperId, packId);
    return entry && this.open(entry, decodeSecrets);
  }

  /** A person's template; undefined as above. */
  embeddingOf(
    shopperId: string,
    pack: { readonly packId: string; readonly dimension: number },
  ): Float32Array | undefined {
    const entry = this.store.sealedTemplateOf(shopperId, pack.packId);
    return entry && this.open(entry, (plain) => decodeTemplate(plain, pack.dimension))?.embedding;
  }

  /** A keyed hash, hex: what went in cannot be guessed from the database alone. */
  fingerprint(text: string): string {
    return createHmac('sha256', this.hubKey).update(`wuma-fingerprint-1\n${text}`).digest('hex');
  }

  /** The opened bytes are wiped as soon as they are read. */
  private open<T>(entry: SealedEntry, read: (plain: Buffer) => T): T | undefined {
    try {
      const personKey = unwrapPersonKey(entry.wrappedKey, {
        hubKey: this.hubKey,
        shopperId: entry.shopperId,
      });
      const plain = openTemplate(entry.sealed, { ...entry, personKey });
      const content = read(plain);
      plain.fill(0);
      personKey.fill(0);
      return content;
    } catch {
      return undefined;
    }
  }
}
