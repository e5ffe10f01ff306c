import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GOLDEN_DIR } from '../packs/golden.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { findPackManifest } from '../packs/pack-catalogue.ts';
import {
  modelsOf,
  type PackManifest,
  type PackModel,
  packManifestSchema,
} from '../packs/pack-manifest.ts';
import { makeFolder } from './atomic-folder.ts';
import { sha256Of } from './content-hash.ts';
import { InstallError } from './install-error.ts';
import { isPackInPlace, manifestText, writeStamp } from './pack-stamp.ts';
import { SourceFetcher } from './source-fetcher.ts';

/** Where a pack's `file:` sources lie when nobody says otherwise: beside the project. */
const DEFAULT_SOURCE_BASE = join(import.meta.dirname, '../../../shared/models');

export type InstallOptions = {
  /** Folder that holds the packs, e.g. `.wuma/models`; the pack goes to `<targetDir>/<packId>`. */
  readonly targetDir: string;
  /** Folder or `https://` address of the files that are in no registry; default `../shared/models`. */
  readonly sourceOverride?: string | undefined;
  readonly onProgress?: (message: string) => void;
};

/**
 * Installs a pack by its name: fetches the sources, checks their hashes, converts what is not ONNX, runs the
 * converted networks against recorded outputs. Quick when everything is in place (a few file sizes are looked at).
 *
 * May be interrupted at any time and run by several processes at once.
 *
 * @throws InstallError, UnknownPackError
 */
export async function installPack(
  options: InstallOptions & { readonly packName: string },
): Promise<InstalledPack> {
  return installManifest(findPackManifest(options.packName), options);
}

/**
 * As {@link installPack}, for a manifest that is in no catalogue.
 *
 * @param options `goldenDir`: where the manifest's goldens are, default the project's own
 */
export async function installManifest(
  manifest: PackManifest,
  options: InstallOptions & { readonly goldenDir?: string },
): Promise<InstalledPack> {
  const { targetDir, onProgress = () => {}, goldenDir = GOLDEN_DIR } = options;
  const dir = join(targetDir, manifest.id);
  const isGood = () => isPackInPlace(dir, manifest);
  if (!(await isGood())) {
    packManifestSchema.parse(manifest);
    const sourceBase = await sourceBaseOf(options.sourceOverride);
    await makeFolder({
      target: dir,
      isGood,
      fill: async (folder, scratchDir) => {
        // Loaded only when there is something to make: the usual start has no use for the runtime.
        const { checkAgainstGolden } = await import('./golden-check.ts');
        const wanted = modelsOf(manifest).flatMap((model) => model.sources);
        const fetcher = new SourceFetcher({ scratchDir, sourceBase, wanted, onProgress });
        for (const model of modelsOf(manifest)) {
          const content =
            (await readIfSame(join(dir, model.file), model.sha256)) ??
            (await makeModel({ model, fetcher, onProgress }));
          await checkAgainstGolden(model, content, goldenDir);
          await writeFile(join(folder, model.file), content);
        }
        await writeFile(join(folder, 'manifest.json'), manifestText(manifest));
        await writeStamp(folder, manifest);
      },
    });
    onProgress(`installed model pack ${manifest.id}`);
  }
  return { id: manifest.id, name: manifest.name, dir, manifest };
}

async function makeModel(request: {
  readonly model: PackModel;
  readonly fetcher: SourceFetcher;
  readonly onProgress: (message: string) => void;
}): Promise<Uint8Array> {
  const { model, fetcher, onProgress } = request;
  const { convertModel } = await import('./model-conversion.ts');
  const sources = new Map<string, Buffer>();
  for (const source of model.sources) sources.set(source.name, await fetcher.fetch(source));
  if (model.conversion.from !== 'onnx') {
    onProgress(`converting ${model.file} from ${model.conversion.from}`);
  }
  const onnx = convertModel(model, sources);
  const actual = sha256Of(onnx);
  if (actual !== model.sha256 || onnx.length !== model.bytes) {
    throw new InstallError(
      'conversion-failed',
      `${model.file} came out as ${onnx.length} bytes, sha256 ${actual}, instead of ${model.bytes} bytes, ${model.sha256}`,
    );
  }
  return onnx;
}

/** What an earlier manifest left: a new threshold or a lost file is no reason to fetch the rest again. */
async function readIfSame(path: string, sha256: string): Promise<Buffer | undefined> {
  const content = await readFile(path).catch(() => undefined);
  return content !== undefined && sha256Of(content) === sha256 ? content : undefined;
}

async function sourceBaseOf(override: string | undefined): Promise<string | undefined> {
  if (override !== undefined) return override;
  return stat(DEFAULT_SOURCE_BASE).then(
    () => DEFAULT_SOURCE_BASE,
    () => undefined,
  );
}
