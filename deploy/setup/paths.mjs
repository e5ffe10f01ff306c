import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this launcher belongs to, whatever the working directory is. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Everything that set-up makes and can make again lives here; deleting it is always safe. */
export const STATE_DIR = join(ROOT, '.wuma');

export const BIN_DIR = join(STATE_DIR, 'bin');
export const MODELS_DIR = join(STATE_DIR, 'models');
export const WEB_DIR = join(STATE_DIR, 'web');
/** Code that Node has compiled (`shared/kernel/quick-imports.ts`). */
export const COMPILE_CACHE_DIR = join(STATE_DIR, 'compile-cache');

/** Half-done work; removed when the next set-up begins, which the lock allows. */
export const WORK_DIR = join(STATE_DIR, 'work');
