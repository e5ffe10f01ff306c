import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A scratch folder older than this belongs to a process that was interrupted. */
const ABANDONED_AFTER_MS = 60 * 60_000;
const SCRATCH_PREFIX = '.making-';

export type FolderRequest = {
  /** Where the folder shall be. */
  readonly target: string;
  /** Fills a new folder; `scratch` is thrown away afterwards. */
  readonly fill: (folder: string, scratch: string) => Promise<void>;
  /** Whether a folder at the target is what we would have made. */
  readonly isGood: () => Promise<boolean>;
};

/**
 * Makes a folder appear at once and whole, or not at all: it is filled beside its place and renamed. Killing the
 * process leaves the target as it was. Several processes may do it at once; the first good one stays.
 */
export async function makeFolder({ target, fill, isGood }: FolderRequest): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const workDir = join(parent, `${SCRATCH_PREFIX}${basename(target)}-${randomUUID()}`);
  const made = join(workDir, 'made');
  const scratch = join(workDir, 'scratch');
  try {
    await mkdir(made, { recursive: true });
    await mkdir(scratch);
    await fill(made, scratch);
    await replaceFolder({ made, target, retired: join(workDir, 'retired'), isGood });
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** A folder cannot be renamed over one that has files: what is there is moved aside first. */
async function replaceFolder(move: {
  readonly made: string;
  readonly target: string;
  readonly retired: string;
  readonly isGood: () => Promise<boolean>;
}): Promise<void> {
  const attempts = 5;
  for (let attempt = 1; ; attempt++) {
    if (await isFree(move.target)) {
      try {
        await rename(move.made, move.target);
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
    // Another process was quicker.
    if (await move.isGood()) return;
    await rename(move.target, `${move.retired}-${attempt}`).catch((error: unknown) => {
      if (attempt === attempts) throw error;
    });
  }
}

const isFree = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  );

async function removeAbandoned(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(SCRATCH_PREFIX)) continue;
    const path = join(parent, entry);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
