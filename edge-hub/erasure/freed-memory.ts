import type { Logger } from '../../shared/kernel/logger.ts';

const TUNABLES = 'GLIBC_TUNABLES';
const FILL = 'glibc.malloc.perturb';
const THREAD_CACHE = 'glibc.malloc.tcache_count';

/**
 * Environment of a hub's process whose freed memory is to be overwritten at once, by glibc's allocator: SQLite and Node.js free
 * rows and pages as they are. What is freed into the cache of a thread is not overwritten, so there is none.
 * (gnu.org/software/libc/manual, Memory Allocation Tunables)
 */
export const OVERWRITES_FREED_MEMORY = { [TUNABLES]: `${FILL}=165:${THREAD_CACHE}=0` } as const;

/** Whether a process with this environment overwrites what it frees. Other allocators than glibc's are not known to. */
export function overwritesFreedMemory(environment: NodeJS.ProcessEnv): boolean {
  const tunables = new Map(
    (environment[TUNABLES] ?? '').split(':').map((each): [string, number] => {
      const [name = '', value = ''] = each.split('=');
      return [name, Number(value)];
    }),
  );
  return (tunables.get(FILL) ?? 0) > 0 && tunables.get(THREAD_CACHE) === 0;
}

/** Tells the operator where an erasure may leave sealed rows in memory. */
export function warnOfFreedMemory(logger: Logger): void {
  logger.warn(
    { module: 'erasure', wanted: OVERWRITES_FREED_MEMORY },
    'freed memory is not overwritten: sealed rows of an erased person may stay in it for a while',
  );
}
