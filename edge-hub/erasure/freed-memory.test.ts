import { describe, expect, it } from 'vitest';
import { OVERWRITES_FREED_MEMORY, overwritesFreedMemory } from './freed-memory.ts';

describe('overwritesFreedMemory', () => {
  it('is what the environment of a hub asks for', () => {
    expect(overwritesFreedMemory(OVERWRITES_FREED_MEMORY)).toBe(true);
  });

  it.each([
    ['nothing is set', undefined],
    ['it is set to something else', 'glibc.malloc.arena_max=2'],
    ['filling is off', 'glibc.malloc.perturb=0:glibc.malloc.tcache_count=0'],
    ['the caches of threads are kept', 'glibc.malloc.perturb=165'],
    ['it is not a number', 'glibc.malloc.perturb=yes:glibc.malloc.tcache_count=0'],
  ])('does not where %s', (_case, tunables) => {
    expect(overwritesFreedMemory({ GLIBC_TUNABLES: tunables })).toBe(false);
  });
});
