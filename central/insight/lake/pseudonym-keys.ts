import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../../shared/kernel/assert.ts';
import { Pseudonyms } from './pseudonyms.ts';

const KEY_BYTES = 32;

/** The master keys of pseudonyms, a file (mode 0600) for each epoch, outside the database and outside the lake. */
export class PseudonymKeys {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns undefined where the epoch's key is lost or cut short */
  read(epoch: number): Pseudonyms | undefined {
    const path = this.path(epoch);
    if (!existsSync(path)) return undefined;
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
    return key.length === KEY_BYTES ? new Pseudonyms(key) : undefined;
  }

  /** Makes the epoch's key at random, unless a start that was cut short has made it. */
  make(epoch: number): Pseudonyms {
    const before = this.read(epoch);
    if (before) return before;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.forget(epoch);
    const text = `${randomBytes(KEY_BYTES).toString('base64url')}\n`;
    writeFileSync(this.path(epoch), text, { mode: 0o600, flag: 'wx', flush: true });
    return present(this.read(epoch), 'the key that was just written');
  }

  /** Whatever was made with it can be linked to nobody any more. */
  forget(epoch: number): void {
    rmSync(this.path(epoch), { force: true });
  }

  private path(epoch: number): string {
    return join(this.folder, `pseudonyms-${epoch}.key`);
  }
}
