import { chmodSync, closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/**
 * Writes a file of mode 0600 that is on the disk when this returns: after a crash or a power cut at any moment there is
 * either what was there before, or all of it.
 */
export function writeDurably(path: string, text: string): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', OWNER_ONLY);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  // one that was left there keeps the mode it had
  chmodSync(draft, OWNER_ONLY);
  renameSync(draft, path);
  flushFolder(dirname(path));
}

/** Brings the names in a folder onto the disk: files made, renamed or removed there. */
export function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
