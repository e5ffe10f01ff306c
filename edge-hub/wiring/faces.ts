import { join } from 'node:path';
import type { ComparableFaces } from '../enrolment/look-alikes.ts';
import type { TemplateVault } from '../enrolment/vault.ts';
import { Calibration } from '../recognition/calibration.ts';
import { Gallery } from '../recognition/gallery.ts';
import { ChunkStore } from '../snapshot/chunk-store.ts';
import { GallerySnapshot } from '../snapshot/gallery-snapshot.ts';
import { type Base, DATABASE_FILE } from './base.ts';
import type { Vision } from './vision.ts';

/** The gallery of the present pack, and of the one before where there is one. */
export function wireFaces(base: Base, vault: TemplateVault, noise: () => number) {
  const { settings, vision } = base;
  const calibrationOf = (seen: Vision, people: Gallery): Calibration =>
    new Calibration({
      ...base,
      gallery: people,
      templateOf: (shopperId) => vault.embeddingOf(shopperId, seen.engine),
      bounds: seen.thresholds,
      promisedFpir: settings.promisedFpir,
      random: noise,
    });
  const gallery: Gallery = new Gallery(vision.index, () => {
    calibration.galleryChanged();
    snapshot.galleryChanged();
  });
  const calibration = calibrationOf(vision, gallery);
  const snapshot = wireSnapshot(base, gallery);
  return { gallery, calibration, snapshot, former: wireFormer(base, calibrationOf) };
}

/** The pack before, with a gallery and thresholds of its own. */
export function wireFormer(
  { formerVision }: Base,
  calibrationOf: (vision: Vision, gallery: Gallery) => Calibration,
) {
  if (!formerVision) return undefined;
  const gallery: Gallery = new Gallery(formerVision.index, () => calibration.galleryChanged());
  const calibration = calibrationOf(formerVision, gallery);
  return { ...facesOf(formerVision, gallery), ...formerVision, calibration };
}

export function facesOf({ engine, thresholds }: Vision, gallery: Gallery): ComparableFaces {
  return { packId: engine.packId, dimension: engine.dimension, gallery, thresholds };
}

function wireSnapshot(base: Base, gallery: Gallery): GallerySnapshot {
  const { settings, database, files, vision } = base;
  const { packId, dimension } = vision.engine;
  return new GallerySnapshot({
    ...base,
    gallery,
    store: new ChunkStore(database),
    databasePath: join(settings.dataDir, DATABASE_FILE),
    dir: join(settings.dataDir, 'gallery'),
    hubKey: files.hubKey,
    pack: { packId, dimension },
    templateKeys: files.templateKeys,
    space: `${packId} ${dimension} ${base.protection.keyId}`,
  });
}
