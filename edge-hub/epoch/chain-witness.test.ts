import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainWitness } from './chain-witness.ts';

let dir: string;
let databasePath: string;
let witness: ChainWitness;
const hash = (digit: string): string => digit.repeat(64);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-witness-'));
  databasePath = join(dir, 'hub.db');
  writeFileSync(databasePath, 'one');
  witness = new ChainWitness({ path: join(dir, 'chain.witness'), databasePath });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('the witness', () => {
  it('is what was kept last, and nothing where there is none', () => {
    expect(witness.read()).toBeUndefined();
    witness.begin({ seq: 1_000_000, hash: hash('a') });
    witness.keep({ seq: 7, hash: hash('b') });
    expect(witness.read()).toMatchObject({ seq: 7, hash: hash('b') });
  });

  it('knows its database from a copy of it, however the copy was made', async () => {
    // a file system that knows when a file was made tells it from the last change, some time after
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(databasePath, 'two');
    witness.begin({ seq: 1, hash: hash('a') });
    const kept = witness.read();
    if (kept?.database === '') return;
    expect(kept && witness.isSameFile(kept)).toBe(true);
    copyFileSync(databasePath, join(dir, 'backup.db'));
    rmSync(databasePath);
    copyFileSync(join(dir, 'backup.db'), databasePath);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(databasePath, 'two');
    expect(kept && witness.isSameFile(kept)).toBe(false);
  });
});
