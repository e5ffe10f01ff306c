import type { GalleryIndex } from '../../models/index/gallery-index.ts';

export interface GalleryEntry {
  readonly templateId: string;
  readonly shopperId: string;
  /** L2-normalised, of the gallery's pack. */
  readonly embedding: Float32Array;
}

export interface PersonCandidate {
  readonly shopperId: string;
  readonly score: number;
}

export interface GallerySearch {
  /** One entry per person, best first. */
  readonly candidates: readonly PersonCandidate[];
  readonly certified: boolean;
  readonly elapsedMs: number;
}

/** How many templates a search brings back: the best, and enough others to see the second person. */
const TOP = 5;

/** The street's people in memory: the index of templates, and whose each template is. */
export class Gallery {
  private readonly index: GalleryIndex;
  private readonly ownerOf = new Map<string, string>();

  constructor(index: GalleryIndex) {
    this.index = index;
  }

  get size(): number {
    return this.index.size;
  }

  /** Replaces what stood under the same template id. */
  async insert(entry: GalleryEntry): Promise<void> {
    this.ownerOf.set(entry.templateId, entry.shopperId);
    await this.index.insert(entry.templateId, entry.embedding);
  }

  /** Takes all templates of a person out of memory. From the call on no search names them. */
  async eraseShopper(shopperId: string): Promise<void> {
    const own = [...this.ownerOf].filter(([, owner]) => owner === shopperId);
    for (const [templateId] of own) this.ownerOf.delete(templateId);
    for (const [templateId] of own) await this.index.erase(templateId);
  }

  async search(embedding: Float32Array): Promise<GallerySearch> {
    const found = await this.index.search(embedding, TOP);
    const best = new Map<string, number>();
    for (const { id, score } of found.candidates) {
      const shopperId = this.ownerOf.get(id);
      if (shopperId !== undefined && !best.has(shopperId)) best.set(shopperId, score);
    }
    return {
      candidates: [...best].map(([shopperId, score]) => ({ shopperId, score })),
      certified: found.certified,
      elapsedMs: found.elapsedMs,
    };
  }
}
