import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { writeDurably } from './durable-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'wuma-durable-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('replaces the whole file, for its owner alone, and leaves nothing beside it', () => {
  const path = join(dir, 'secret');
  writeFileSync(path, 'longer than what comes', { mode: 0o644 });
  writeFileSync(`${path}.new`, 'left by a crash', { mode: 0o644 });
  writeDurably(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['secret']);
});
