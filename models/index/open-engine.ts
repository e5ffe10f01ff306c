import { unreachable } from '../../shared/kernel/assert.ts';
import { ExactEngine } from './exact/exact-engine.ts';
import type { IndexEngine } from './index-engine.ts';
import type { IndexSettings } from './index-settings.ts';
import { createKernelMemory } from './kernel/wasm-kernel.ts';

/**
 * Opens an empty engine in this thread. Only the one that is asked for is loaded.
 *
 * @throws IndexUnavailableError where it cannot run
 */
export async function openEngine(settings: IndexSettings): Promise<IndexEngine> {
  const { engine, dimension } = settings;
  switch (engine) {
    case 'exact':
      return new ExactEngine(createKernelMemory(), settings);
    case 'sqlite-vec':
      return (await import('./sqlite/sqlite-vec-engine.ts')).openSqliteVec(dimension);
    case 'sqlite-vss':
      return (await import('./sqlite/sqlite-vss-engine.ts')).openSqliteVss(dimension);
    case 'usearch':
      return (await import('./usearch/usearch-engine.ts')).openUsearch(dimension);
    default:
      return unreachable(engine);
  }
}
