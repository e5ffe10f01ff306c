import type { ExactEngineOptions } from './exact/exact-engine.ts';

/** The engines that can serve a gallery; `exact` is ours and the default. */
export const INDEX_ENGINES = ['exact', 'sqlite-vec', 'sqlite-vss', 'usearch'] as const;
export type IndexEngineName = (typeof INDEX_ENGINES)[number];

export interface IndexSettings extends Omit<ExactEngineOptions, 'dimension'> {
  readonly engine: IndexEngineName;
  /** Values per embedding, 1 to 2,048. */
  readonly dimension: number;
}
