import type { TemplateKeyRing } from '../../models/template-protection/key-ring.ts';
import {
  KeyedTransform,
  type TransformedPack,
} from '../../models/template-protection/keyed-transform.ts';
import { present } from '../../shared/kernel/assert.ts';

/** An embedding and the template key that it was transformed by; null: by none. */
export interface KeyedEmbedding {
  readonly embedding: Float32Array;
  readonly keyId: string | null;
}

/**
 * The hub's template keys at work. Whatever the hub compares, indexes and seals is under the key in force; what comes
 * under another known key, or under none, is brought there first, so that templates of different keys never meet.
 */
export class TemplateProtection {
  private readonly ring: TemplateKeyRing;
  private readonly transforms = new Map<string, KeyedTransform>();

  constructor(ring: TemplateKeyRing) {
    this.ring = ring;
  }

  /** Of the key in force. */
  get keyId(): string {
    return this.ring.inForce.id;
  }

  /** The transform of the key in force. */
  inForce(pack: TransformedPack): KeyedTransform {
    return present(this.transformOf(this.keyId, pack), 'the key in force is known');
  }

  /**
   * Brings an embedding under the key in force; one that is there already is given back as it is.
   *
   * @returns undefined where its key is not in the ring
   */
  renew({ embedding, keyId }: KeyedEmbedding, packId: string): Float32Array | undefined {
    if (keyId === this.keyId) return embedding;
    const pack = { packId, dimension: embedding.length };
    if (keyId === null) return this.inForce(pack).apply(embedding);
    const from = this.transformOf(keyId, pack);
    if (!from) return undefined;
    const plain = from.invert(embedding);
    const renewed = this.inForce(pack).apply(plain);
    plain.fill(0);
    return renewed;
  }

  private transformOf(keyId: string, pack: TransformedPack): KeyedTransform | undefined {
    const name = `${keyId} ${pack.packId} ${pack.dimension}`;
    const known = this.transforms.get(name);
    if (known) return known;
    const key = this.ring.find(keyId);
    if (!key) return undefined;
    const transform = new KeyedTransform(key, pack);
    this.transforms.set(name, transform);
    return transform;
  }
}
