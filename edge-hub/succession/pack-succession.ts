import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import type { FaceEngine } from '../../models/runtime/analysis.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import type { ShopperStore } from '../enrolment/shopper-store.ts';
import type { TemplateVault } from '../enrolment/vault.ts';
import type { Calibration } from '../recognition/calibration.ts';
import type { Gallery } from '../recognition/gallery.ts';

/** One of two packs, with the people who have a template of it. */
export interface PackFaces {
  readonly engine: FaceEngine;
  readonly gallery: Gallery;
  readonly calibration: Calibration;
}

/** Somebody has paid by their face alone. */
export interface FaceVisit {
  readonly shopperId: string;
  /** Of the pack that knew them. */
  readonly packId: string;
  readonly score: number;
  readonly frames: readonly ProbeFrame[];
}

export interface SuccessionParts {
  readonly present: PackFaces;
  readonly former: PackFaces & { readonly index: GalleryIndex };
  readonly vault: TemplateVault;
  readonly shoppers: ShopperStore;
  readonly audit: AuditStore;
  readonly transact: Transact;
  readonly promisedFpir: number;
  /** Told when rows were deleted. */
  readonly forgetting: { erased(): void };
  readonly newId: IdMaker;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A payment that goes wrong is refunded; a template that goes wrong is there to stay. It takes a mistake so much rarer. */
const RARER = 100;
/** Visits that may wait; who is left out has another visit. */
const MAX_WAITING = 8;
const BATCH_ROWS = 1_000;

/**
 * Brings people from one model pack to the next: at a visit at which the former pack is as good as certain of them they
 * get a template of the present one beside the former, from the frames they have paid by. The former goes when the
 * present one has known them at a later visit by itself, so a template of poor frames loses nobody.
 * Invariant: whoever was enrolled can be found by one of the two packs at every moment.
 */
export class PackSuccession {
  private readonly parts: SuccessionParts;
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private stopped = false;

  constructor(parts: SuccessionParts) {
    this.parts = parts;
  }

  /** The former pack, and how many people still have a template of it. */
  get state(): { readonly packId: string; readonly people: number } {
    const { engine, gallery } = this.parts.former;
    return { packId: engine.packId, people: gallery.peopleCount };
  }

  /** Fills the former pack's gallery and learns its thresholds. Row by row: nothing of it is kept for the next start. */
  async load(): Promise<void> {
    const { former, vault, logger } = this.parts;
    const { engine, gallery, calibration } = former;
    let broken = 0;
    let batch = newBatch();
    const put = async (): Promise<void> => {
      const { templateIds, shopperIds, rows } = batch;
      batch = newBatch();
      const embeddings = new Float32Array(rows.length * engine.dimension);
      for (const [i, row] of rows.entries()) {
        embeddings.set(row, i * engine.dimension);
        row.fill(0);
      }
      await gallery.insertMany({ templateIds, shopperIds, embeddings });
      embeddings.fill(0);
    };
    for (const { templateId, shopperId, embedding } of vault.openAll(engine, () => {
      broken += 1;
    })) {
      batch.templateIds.push(templateId);
      batch.shopperIds.push(shopperId);
      batch.rows.push(embedding);
      if (batch.rows.length === BATCH_ROWS) await put();
    }
    if (batch.rows.length > 0) await put();
    await calibration.start();
    logger.info({ module: 'succession', ...this.state, broken }, 'former pack');
  }

  /** After the payment is on disk. Never throws; what cannot be done now is done at another visit. */
  paid(visit: FaceVisit): void {
    const { present, former, logger } = this.parts;
    const isKnownByFormer = visit.packId === former.engine.packId;
    if (!isKnownByFormer && !former.gallery.has(visit.shopperId)) return;
    if (this.stopped || this.waiting >= MAX_WAITING) return;
    this.waiting += 1;
    this.tail = this.tail
      .then(() => (isKnownByFormer ? this.succeed(visit) : this.retire(visit.shopperId)))
      .catch((error: unknown) => {
        logger.error(
          { module: 'succession', packId: present.engine.packId, err: error },
          'a template has no successor',
        );
      })
      .finally(() => {
        this.waiting -= 1;
      });
  }

  /** Resolves when no visit waits. */
  async settled(): Promise<void> {
    await this.tail;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.tail;
    const { calibration, engine, index } = this.parts.former;
    await calibration.stop();
    await engine.close();
    await index.close();
  }

  private async succeed({ shopperId, score, frames }: FaceVisit): Promise<void> {
    const { present, former, vault, shoppers, audit, transact, promisedFpir, newId, clock } =
      this.parts;
    if (score < former.calibration.sureFor(promisedFpir / RARER)) return;
    const analysis = await present.engine.analyse(frames, {
      requireDepth: false,
      severalFaces: 'refuse',
    });
    if (!analysis.ok) return;
    const { embedding } = analysis.value;
    try {
      if (await this.isNearSomebodyElse(embedding, shopperId)) return;
      const templateId = newId();
      const stored = transact(() => {
        // erased while the frames were looked at
        if (!shoppers.isEnrolled(shopperId)) return false;
        const createdAt = new Date(clock.now()).toISOString();
        const [from, to] = [former.engine.packId, present.engine.packId];
        const done = vault.succeed({ shopperId, templateId, from, to, embedding, createdAt });
        if (done) audit.record('template.succeed', 'hub', shopperId);
        return done;
      });
      if (!stored) return;
      // asked for in the same turn as the commit: an erasure that follows finds it
      await present.gallery.replaceShopper(shopperId, {
        templateIds: [templateId],
        embeddings: embedding,
      });
    } finally {
      embedding.fill(0);
    }
  }

  /** The present pack has known them by itself. */
  private async retire(shopperId: string): Promise<void> {
    const { former, shoppers, audit, transact, forgetting } = this.parts;
    const { packId } = former.engine;
    transact(() => {
      if (shoppers.dropTemplates(shopperId, packId) > 0) {
        audit.record('template.retire', 'hub', shopperId);
      }
    });
    await former.gallery.eraseShopper(shopperId);
    forgetting.erased();
  }

  private async isNearSomebodyElse(embedding: Float32Array, shopperId: string): Promise<boolean> {
    const { gallery, calibration } = this.parts.present;
    const { candidates } = await gallery.search(embedding);
    const { floor } = calibration.state.thresholds;
    return candidates.some((near) => near.shopperId !== shopperId && near.score >= floor);
  }
}

function newBatch(): { templateIds: string[]; shopperIds: string[]; rows: Float32Array[] } {
  return { templateIds: [], shopperIds: [], rows: [] };
}
