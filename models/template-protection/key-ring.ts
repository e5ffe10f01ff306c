import { existsSync, readFileSync, statSync } from 'node:fs';
import { present } from '../../shared/kernel/assert.ts';
import { writeDurably } from '../../shared/kernel/durable-file.ts';
import { TEMPLATE_KEY_BYTES, type TemplateKey, templateKey } from './template-key.ts';

/**
 * The template keys that a hub has, in a file of one key a line (base64; `#` begins a comment). The first is in force:
 * everything is compared and stored under it. The others are known: what comes under them is brought under the first.
 */
export class TemplateKeyRing {
  readonly keys: readonly TemplateKey[];

  /** @param keys one or more, the one in force first */
  constructor(keys: readonly TemplateKey[]) {
    present(keys[0], 'a key in force');
    this.keys = keys;
  }

  get inForce(): TemplateKey {
    return present(this.keys[0], 'a key in force');
  }

  find(id: string): TemplateKey | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** With one more key that is known, last of all. */
  with(key: TemplateKey): TemplateKeyRing {
    return new TemplateKeyRing([...this.keys, key]);
  }

  /** With the key that was added last in force. */
  renewed(): TemplateKeyRing {
    return new TemplateKeyRing([...this.keys.slice(-1), ...this.keys.slice(0, -1)]);
  }

  /** Without one of the keys that are only known. */
  without(id: string): TemplateKeyRing {
    return new TemplateKeyRing(this.keys.filter((key, i) => i === 0 || key.id !== id));
  }
}

/** The file is not there, is none of keys, or others may read it. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
}

const HEAD =
  '# Template keys, secret: the first is in force, the others are known (docs/templates.md)';
const OTHERS_MAY_READ = 0o077;

/** @throws KeyRingError */
export function readKeyRing(path: string): TemplateKeyRing {
  if (!existsSync(path)) throw new KeyRingError(`no template keys: ${path}`);
  if (process.platform !== 'win32' && (statSync(path).mode & OTHERS_MAY_READ) !== 0) {
    throw new KeyRingError(`others than its owner may read or change it: chmod 600 ${path}`);
  }
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const secrets = lines.map((line) => Buffer.from(line, 'base64'));
  const ids = new Set(secrets.map((secret) => templateKey(secret).id));
  const isWhole = secrets.every(({ length }) => length === TEMPLATE_KEY_BYTES);
  if (secrets.length === 0 || !isWhole || ids.size < secrets.length) {
    throw new KeyRingError(`not one different key of 32 bytes a line: ${path}`);
  }
  return new TemplateKeyRing(secrets.map(templateKey));
}

/** Written beside and renamed (mode 0600), so that a crash leaves the old file or the new one. */
export function writeKeyRing(path: string, { keys }: TemplateKeyRing): void {
  const lines = keys.map(({ secret }) => secret.toString('base64'));
  writeDurably(path, `${[HEAD, ...lines].join('\n')}\n`);
}

/**
 * Reads the file, or makes it with one new key.
 *
 * @param random cryptographically strong bytes
 * @throws KeyRingError
 */
export function keyRingFile(path: string, random: (bytes: number) => Buffer): TemplateKeyRing {
  if (!existsSync(path)) {
    writeKeyRing(path, new TemplateKeyRing([templateKey(random(TEMPLATE_KEY_BYTES))]));
  }
  return readKeyRing(path);
}
