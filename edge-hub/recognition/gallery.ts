import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { present } from '../../shared/kernel/assert.ts';

export interface GalleryEntry {
  readonly templateId: string;
  readonly shopperId: string;
  /** L2-normalised, of the gallery's pack. */
  readonly embedding: Float32Array;
}

/** Many templates at once: row i of `embeddings` belongs to `templateIds[i]` of `shopperIds[i]`. */
export interface GalleryBatch {
  readonly templateIds: readonly string[];
  readonly shopperIds: readonly string[];
  /** f32[templateIds.length][dimension], each row L2-normalised */
  readonly embeddings: Float32Array;
}

export interface PersonCandidate {
  readonly shopperId: string;
  readonly score: number;
}

export interface GallerySearch {
  /** One entry per person, best first: at least the two best people, where there are two. */
  readonly candidates: readonly PersonCandidate[];
  readonly certified: boolean;
  readonly elapsedMs: number;
}

/** How many templates a search asks for first: the best, and whoever else may be asked for their digits. */
const TOP = 32;
/** How many it asks for at last: more templates than this one person never has. */
const MAX_TOP = 1_000;
/** People who must be seen: who it may be, and how far the next one is. */
const PEOPLE = 2;

/** The street's people in memory: the index of templates, and whose each template is. */
export class Gallery {
  private readonly index: GalleryIndex;
  private readonly ownerOf = new Map<string, string>();
  private readonly templatesOf = new Map<string, string[]>();
  private readonly onChange: () => void;

  /** @param onChange called after each insert and erasure */
  constructor(index: GalleryIndex, onChange: () => void = () => undefined) {
    this.index = index;
    this.onChange = onChange;
  }

  /** Templates. */
  get size(): number {
    return this.index.size;
  }

  /** People who have one or more templates. */
  get people(): ReadonlySet<string> {
    return new Set(this.templatesOf.keys());
  }

  /** Whether a person has a template in here. */
  has(shopperId: string): boolean {
    return this.templatesOf.has(shopperId);
  }

  get peopleCount(): number {
    return this.templatesOf.size;
  }

  /** Replaces what stood under the same template id. */
  async insert({ templateId, shopperId, embedding }: GalleryEntry): Promise<void> {
    this.own(templateId, shopperId);
    await this.index.insert(templateId, embedding);
    this.onChange();
  }

  /** Inserts all of them, or none. The values may be overwritten when this resolves. */
  async insertMany({ templateIds, shopperIds, embeddings }: GalleryBatch): Promise<void> {
    for (const [i, templateId] of templateIds.entries()) {
      this.own(templateId, present(shopperIds[i], 'whose template it is'));
    }
    await this.index.insertMany({ ids: templateIds, embeddings });
  }

  /**
   * Gives a person these templates in the place of those they have, in one step: a search finds them by the ones or by
   * the others.
   *
   * @param embeddings f32[templateIds.length][dimension], each row L2-normalised
   */
  async replaceShopper(
    shopperId: string,
    templates: { readonly templateIds: readonly string[]; readonly embeddings: Float32Array },
  ): Promise<void> {
    const { templateIds: ids, embeddings } = templates;
    const stay = new Set(ids);
    const gone = [...(this.templatesOf.get(shopperId) ?? [])].filter((id) => !stay.has(id));
    for (const id of ids) this.own(id, shopperId);
    // until the index answers, searches that were asked for before still name the old ones
    await this.index.update({ erase: gone, insert: { ids, embeddings } });
    for (const id of gone) this.disown(id, shopperId);
    this.onChange();
  }

  /** Takes all templates of a person out of memory. From the call on no search names them. */
  async eraseShopper(shopperId: string): Promise<void> {
    const own = [...(this.templatesOf.get(shopperId) ?? [])];
    for (const templateId of own) this.disown(templateId, shopperId);
    await this.index.update({ erase: own });
    this.onChange();
  }

  /**
   * Compares a probe with everybody.
   *
   * @param options.certifyFrom from which best score on the answer must be proven; by default always
   * @param options.top how many templates to ask for first
   */
  async search(
    embedding: Float32Array,
    options: { readonly certifyFrom?: number; readonly top?: number } = {},
  ): Promise<GallerySearch> {
    const { certifyFrom } = options;
    let elapsedMs = 0;
    for (let top = options.top ?? TOP; ; top = Math.min(MAX_TOP, top * 4)) {
      const found = await this.index.search(embedding, {
        top,
        ...(certifyFrom === undefined ? {} : { certifyFrom }),
      });
      elapsedMs += found.elapsedMs;
      const candidates = this.peopleOf(found.candidates);
      const isAll = found.candidates.length < top || top === MAX_TOP;
      // a person with many templates must not hide the next one, or who is ambiguous would look clear
      if (candidates.length >= PEOPLE || isAll) {
        return { candidates, certified: found.certified, elapsedMs };
      }
    }
  }

  private own(templateId: string, shopperId: string): void {
    const before = this.ownerOf.get(templateId);
    if (before !== undefined) this.disown(templateId, before);
    this.ownerOf.set(templateId, shopperId);
    const own = this.templatesOf.get(shopperId);
    if (own) own.push(templateId);
    else this.templatesOf.set(shopperId, [templateId]);
  }

  private disown(templateId: string, shopperId: string): void {
    if (this.ownerOf.get(templateId) === shopperId) this.ownerOf.delete(templateId);
    const rest = this.templatesOf.get(shopperId)?.filter((id) => id !== templateId) ?? [];
    if (rest.length > 0) this.templatesOf.set(shopperId, rest);
    else this.templatesOf.delete(shopperId);
  }

  /** Each person with their best score. */
  private peopleOf(
    templates: readonly { readonly id: string; readonly score: number }[],
  ): PersonCandidate[] {
    const best = new Map<string, number>();
    for (const { id, score } of templates) {
      const shopperId = this.ownerOf.get(id);
      if (shopperId !== undefined && !best.has(shopperId)) best.set(shopperId, score);
    }
    return [...best].map(([shopperId, score]) => ({ shopperId, score }));
  }
}
