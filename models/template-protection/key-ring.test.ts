import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyRingError, keyRingFile, readKeyRing, writeKeyRing } from './key-ring.ts';
import { templateKey } from './template-key.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-keys-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a file of template keys', () => {
  it('is made once, for its owner alone, and read again', () => {
    const path = join(dir, 'made');
    const made = keyRingFile(path, randomBytes);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(keyRingFile(path, randomBytes).inForce).toEqual(made.inForce);
    expect(readFileSync(path, 'utf8')).not.toContain(made.inForce.id);
  });

  it('takes a further key, brings it into force, and drops the old one', () => {
    const path = join(dir, 'renewed');
    const first = keyRingFile(path, randomBytes);
    const next = templateKey(randomBytes(32));
    writeKeyRing(path, first.with(next));
    expect(readKeyRing(path).inForce.id).toBe(first.inForce.id);
    writeKeyRing(path, readKeyRing(path).renewed());
    const renewed = readKeyRing(path);
    expect(renewed.keys.map(({ id }) => id)).toEqual([next.id, first.inForce.id]);
    expect(renewed.without(next.id).keys).toHaveLength(2);
    expect(renewed.without(first.inForce.id).keys.map(({ id }) => id)).toEqual([next.id]);
  });

  it('is refused where it is missing, damaged, doubled or open to others', () => {
    const path = join(dir, 'bad');
    const key = randomBytes(32).toString('base64');
    expect(() => readKeyRing(path)).toThrow(KeyRingError);
    for (const text of ['', '# nothing\n', 'AAAA\n', `${key}\n${key}\n`]) {
      writeFileSync(path, text, { mode: 0o600 });
      expect(() => readKeyRing(path)).toThrow(KeyRingError);
    }
    writeFileSync(path, `${key}\n`);
    chmodSync(path, 0o640);
    expect(() => readKeyRing(path)).toThrow('chmod 600');
  });
});
