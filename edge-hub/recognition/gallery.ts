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
/** Templates that are handed to the index at once when it is filled. */
const BATCH = 2_048;

/** The street's people in memory: the index of templates, and whose each template is. */
export class Gallery {
  private readonly index: GalleryIndex;
  private readonly ownerOf = new Map<string, string>();
  private readonly templatesOf = new Map<string, Set<string>>();
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

  get peopleCount(): number {
    return this.templatesOf.size;
  }

  /** Replaces what stood under the same template id. */
  async insert(entry: GalleryEntry): Promise<void> {
    this.own(entry);
    await this.index.insert(entry.templateId, entry.embedding);
    this.onChange();
  }

  /**
   * Inserts all of them, many at a time, while the next ones are being read.
   *
   * @param onTaken called when an entry's embedding is not needed any more
   */
  async fill(
    entries: Iterable<GalleryEntry>,
    onTaken: (entry: GalleryEntry) => void = () => undefined,
  ): Promise<void> {
    let batch: GalleryEntry[] = [];
    let inserted = Promise.resolve();
    const flush = async (): Promise<void> => {
      await inserted;
      const { dimension } = this.index;
      const embeddings = new Float32Array(batch.length * dimension);
      for (const [i, { embedding }] of batch.entries()) embeddings.set(embedding, i * dimension);
      inserted = this.index.insertMany({
        ids: batch.map(({ templateId }) => templateId),
        embeddings,
      });
      embeddings.fill(0);
      batch.forEach(onTaken);
      batch = [];
    };
    for (const entry of entries) {
      this.own(entry);
      batch.push(entry);
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
    await inserted;
  }

  /** Takes all templates of a person out of memory. From the call on no search names them. */
  async eraseShopper(shopperId: string): Promise<void> {
    const own = [...(this.templatesOf.get(shopperId) ?? [])];
    this.templatesOf.delete(shopperId);
    for (const templateId of own) this.ownerOf.delete(templateId);
    for (const templateId of own) await this.index.erase(templateId);
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

  private own({ templateId, shopperId }: GalleryEntry): void {
    const before = this.ownerOf.get(templateId);
    if (before !== undefined) this.templatesOf.get(before)?.delete(templateId);
    this.ownerOf.set(templateId, shopperId);
    const own = this.templatesOf.get(shopperId);
    if (own) own.add(templateId);
    else this.templatesOf.set(shopperId, new Set([templateId]));
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
