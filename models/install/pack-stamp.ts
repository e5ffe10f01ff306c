import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { modelsOf, type PackManifest } from '../packs/pack-manifest.ts';
import { sha256Of } from './content-hash.ts';

/**
 * The stamp says: these files were hashed and had the right hash when they had this size and this time. A file
 * that still has both need not be hashed again (40 MB would cost more than the whole start).
 */
const stampSchema = z.strictObject({
  manifestSha256: z.string(),
  files: z.record(z.string(), z.strictObject({ bytes: z.number(), modifiedMs: z.number() })),
});

type Stamp = z.infer<typeof stampSchema>;

const STAMP_FILE = 'installed.json';

export const manifestText = (manifest: PackManifest): string =>
  `${JSON.stringify(manifest, null, 2)}\n`;

/** Says that every file in `dir` has just been checked. Their times are set to whole seconds, which any copy keeps. */
export async function writeStamp(dir: string, manifest: PackManifest): Promise<void> {
  const files: Stamp['files'] = {};
  for (const { file } of modelsOf(manifest)) {
    const path = join(dir, file);
    const { size, mtimeMs } = await stat(path);
    const seconds = Math.floor(mtimeMs / 1000);
    await utimes(path, seconds, seconds);
    files[file] = { bytes: size, modifiedMs: seconds * 1000 };
  }
  const stamp: Stamp = { manifestSha256: sha256Of(manifestText(manifest)), files };
  await writeFile(join(dir, STAMP_FILE), `${JSON.stringify(stamp, null, 2)}\n`);
}

/**
 * Whether `dir` holds this very pack, whole. A file whose time has changed is hashed again.
 *
 * @returns false for anything missing, altered, of another manifest, or unreadable
 */
export async function isPackInPlace(dir: string, manifest: PackManifest): Promise<boolean> {
  try {
    const stamp = stampSchema.parse(JSON.parse(await readFile(join(dir, STAMP_FILE), 'utf8')));
    const text = await readFile(join(dir, 'manifest.json'), 'utf8');
    if (text !== manifestText(manifest)) return false;
    if (stamp.manifestSha256 !== sha256Of(text)) return false;
    const checks = modelsOf(manifest).map(async ({ file, sha256, bytes }) => {
      const path = join(dir, file);
      const { size, mtimeMs } = await stat(path);
      if (size !== bytes) return false;
      const known = stamp.files[file];
      if (known?.bytes === size && known.modifiedMs === Math.floor(mtimeMs)) return true;
      return sha256Of(await readFile(path)) === sha256;
    });
    return (await Promise.all(checks)).every(Boolean);
  } catch {
    return false;
  }
}
