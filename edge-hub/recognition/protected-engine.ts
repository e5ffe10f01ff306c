import type { FaceEngine } from '../../models/runtime/analysis.ts';
import type { KeyedTransform } from '../../models/template-protection/keyed-transform.ts';
import { ok } from '../../shared/kernel/result.ts';

/** The engine, with every embedding transformed before anything else of the hub sees it. */
export function protectedEngine(engine: FaceEngine, transform: KeyedTransform): FaceEngine {
  return {
    packId: engine.packId,
    dimension: engine.dimension,
    get queueDepth() {
      return engine.queueDepth;
    },
    async analyse(frames, options) {
      const analysis = await engine.analyse(frames, options);
      if (!analysis.ok) return analysis;
      const plain = analysis.value.embedding;
      const embedding = transform.apply(plain);
      plain.fill(0);
      return ok({ ...analysis.value, embedding });
    },
    forget: () => engine.forget(),
    close: () => engine.close(),
  };
}
