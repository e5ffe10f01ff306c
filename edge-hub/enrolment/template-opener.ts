import { createSecretKey, type KeyObject } from 'node:crypto';
import { openTemplate, unwrapPersonKey } from './sealing.ts';
import type { SealedEntry } from './shopper-store.ts';
import { decodeTemplate } from './template-codec.ts';
import type { TemplateProtection } from './template-protection.ts';

export interface OpenedTemplate {
  readonly templateId: string;
  readonly shopperId: string;
  /** Under the template key in force. */
  readonly embedding: Float32Array;
}

/** Opens sealed rows, wherever they were read: also on a thread that has no vault. */
export class TemplateOpener {
  private readonly hubKey: KeyObject;
  private readonly protection: TemplateProtection;

  constructor(hubKey: Buffer, protection: TemplateProtection) {
    this.hubKey = createSecretKey(hubKey);
    this.protection = protection;
  }

  /**
   * Opens one after the other.
   *
   * @param onBroken called for a row that does not open, or is under a template key that is not known; it is left out
   */
  *openAll(
    entries: Iterable<SealedEntry>,
    dimension: number,
    onBroken: (templateId: string) => void,
  ): Generator<OpenedTemplate> {
    for (const entry of entries) {
      const { templateId, shopperId } = entry;
      const embedding = this.embeddingIn(entry, dimension);
      if (embedding) yield { templateId, shopperId, embedding };
      else onBroken(templateId);
    }
  }

  /** The embedding under the template key in force; undefined where the row does not open. The entry is wiped. */
  embeddingIn(entry: SealedEntry, dimension: number): Float32Array | undefined {
    return this.openOnce(entry, (plain) => {
      const content = decodeTemplate(plain, dimension);
      if (!content) return undefined;
      const embedding = this.protection.renew(content, entry.packId);
      if (embedding !== content.embedding) content.embedding.fill(0);
      return embedding;
    });
  }

  /** What was sealed is not needed again: it is wiped as well, for together with the hub's key it is the template. */
  openOnce<T>(entry: SealedEntry, read: (plain: Buffer) => T): T | undefined {
    try {
      return this.open(entry, read);
    } finally {
      entry.sealed.fill(0);
      entry.wrappedKey.fill(0);
    }
  }

  /** The opened bytes are wiped as soon as they are read. */
  open<T>(entry: SealedEntry, read: (plain: Buffer, personKey: Buffer) => T): T | undefined {
    try {
      const personKey = unwrapPersonKey(entry.wrappedKey, {
        hubKey: this.hubKey,
        shopperId: entry.shopperId,
      });
      const plain = openTemplate(entry.sealed, { ...entry, personKey });
      const content = read(plain, personKey);
      plain.fill(0);
      personKey.fill(0);
      return content;
    } catch {
      return undefined;
    }
  }
}
