import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

describe('createLogger', () => {
  it('cuts out whatever names a person or opens a door, at any depth we use', () => {
    const program = `
      import { createLogger } from './shared/kernel/logger.ts';
      createLogger({ service: 'x', level: 'info' }).info(
        { shopperId: 'SECRET1', a: { token: 'SECRET2', b: { phoneLast4: 'SECRET3' } }, kept: 'yes' }, 'm');`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(run.stdout).toBe('');
    expect(run.stderr).not.toContain('SECRET');
    expect(run.stderr).toContain('"kept":"yes"');
  });
});
