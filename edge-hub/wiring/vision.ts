import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { loadInstalledPack } from '../../models/packs/installed-pack.ts';
import type { PackThresholds } from '../../models/packs/pack-manifest.ts';
import type { FaceEngine } from '../../models/runtime/analysis.ts';
import { createFaceEngine } from '../../models/runtime/face-engine.ts';
import type { TemplateProtection } from '../enrolment/template-protection.ts';
import type { HubSettings } from '../env.ts';
import { protectedEngine } from '../recognition/protected-engine.ts';

/** Recognition as the hub needs it; tests of everything else bring a simpler one. */
export interface Vision {
  readonly engine: FaceEngine;
  readonly index: GalleryIndex;
  readonly thresholds: PackThresholds['identify'];
  /** Colour score from which colour alone proves life. */
  readonly minLive: number;
}

/** Loads a model pack, starts its workers, and opens the index that fits it. */
export async function openVision(settings: HubSettings, name: string): Promise<Vision> {
  const pack = await loadInstalledPack(settings.models.dir, name);
  const engine = await createFaceEngine({
    pack,
    workers: settings.inferenceWorkers,
    // the hub's own queue is the bound; this one must never be the first to be full
    queueCapacity: concurrencyOf(settings) + settings.queueCapacity,
  });
  const index = await openGalleryIndex({ engine: settings.index, dimension: engine.dimension });
  const { identify, pad } = pack.manifest.thresholds;
  return { engine, index, thresholds: identify, minLive: pad.minLive };
}

export function protectedVision(vision: Vision, protection: TemplateProtection): Vision {
  const { engine } = vision;
  return { ...vision, engine: protectedEngine(engine, protection.inForce(engine)) };
}

/** Twice the workers: a worker that waits for another burst's first frame finds a first frame of its own. */
export function concurrencyOf(settings: HubSettings): number {
  return settings.inferenceWorkers * 2;
}
