import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackManifest } from './pack-catalogue.ts';
import { type PackManifest, packManifestSchema } from './pack-manifest.ts';

/** A pack whose files are in place. `dir` holds `manifest.json` and every `model.file` it names. */
export type InstalledPack = {
  readonly id: string;
  readonly name: string;
  readonly dir: string;
  readonly manifest: PackManifest;
};

/** The pack was asked for but is not (wholly) installed. */
export class PackNotInstalledError extends Error {
  override readonly name = 'PackNotInstalledError';
  readonly packName: string;

  constructor(packName: string, options: { dir: string; cause: unknown }) {
    super(
      `model pack "${packName}" is not installed in ${options.dir}: run node models/install/main.ts --pack ${packName}`,
      { cause: options.cause },
    );
    this.packName = packName;
  }
}

/**
 * Reads an installed pack's manifest from `<dir>/<packId>/manifest.json`.
 *
 * The manifest beside the files is the truth for a process that runs them: it was written after every file
 * had been checked. Files are not hashed again here.
 *
 * @param dir folder that holds the packs, e.g. `.wuma/models`
 * @throws PackNotInstalledError when there is no readable manifest; UnknownPackError for a name we do not know
 */
export async function loadInstalledPack(dir: string, packName: string): Promise<InstalledPack> {
  const { id, name } = findPackManifest(packName);
  const packDir = join(dir, id);
  try {
    const text = await readFile(join(packDir, 'manifest.json'), 'utf8');
    return { id, name, dir: packDir, manifest: packManifestSchema.parse(JSON.parse(text)) };
  } catch (cause) {
    throw new PackNotInstalledError(packName, { dir, cause });
  }
}
