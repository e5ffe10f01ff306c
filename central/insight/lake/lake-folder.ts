import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { inLanes } from './in-lanes.ts';
import type { LakeFile } from './lake-record-store.ts';
import type { WrittenFile } from './parquet-store.ts';

const SALES = 'sales';
const WRITING = '.writing';
/** Files at a time; the engine needs a thread of the runtime's pool besides. */
const LANES = 3;

/** Where a file of sales belongs, and what is in it. */
interface Placement {
  readonly hubId: string;
  readonly streetId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/**
 * The lake's files: `sales/city=…/street=…/day=…/HUB-FROM-TO-RANDOM.parquet`. A file is written under `.writing`, forced to
 * the disk, and only then renamed into its place; it counts when PostgreSQL has it on record.
 */
export class LakeFolder {
  readonly root: string;
  private readonly city: string;

  constructor(root: string, city: string) {
    this.root = root;
    this.city = city;
    mkdirSync(join(root, SALES), { recursive: true });
  }

  /** The name of a folder to write in. */
  freshFolder(): string {
    mkdirSync(join(this.root, WRITING), { recursive: true });
    return join(this.root, WRITING, randomBytes(8).toString('hex'));
  }

  /**
   * Makes written files lasting and puts them in their places. All are forced to the disk before the first is renamed: the
   * file system then flushes many at once, and not one after the other with a rename between.
   */
  async place(files: readonly WrittenFile[], where: Placement): Promise<LakeFile[]> {
    const { hubId, streetId, fromSeq, toSeq } = where;
    const moves = files.map(({ path, day, rows }) => {
      const folder = this.folderOf(streetId, day);
      const name = [hubId, padded(fromSeq), padded(toSeq), randomBytes(4).toString('hex')];
      const target = join(folder, `${name.join('-')}.parquet`);
      return { path, folder, file: { hubId, path: target, streetId, day, fromSeq, toSeq, rows } };
    });
    await inLanes(LANES, moves, ({ path }) => synced(path));
    const folders = await this.makeFolders(new Set(moves.map(({ folder }) => folder)));
    await inLanes(LANES, moves, ({ path, file }) => rename(path, this.absolute(file)));
    await inLanes(LANES, folders, (folder) => synced(join(this.root, folder)));
    return moves.map(({ file }) => file);
  }

  /** The file's place on this machine. */
  absolute({ path }: Pick<LakeFile, 'path'>): string {
    return join(this.root, path);
  }

  private folderOf(streetId: string, day: string): string {
    return join(SALES, `city=${this.city}`, `street=${streetId}`, `day=${day}`);
  }

  /** @returns the folders that are to be forced to the disk: these, and those that they were made in */
  private async makeFolders(folders: ReadonlySet<string>): Promise<string[]> {
    const changed = new Set(folders);
    await inLanes(LANES, [...folders], async (folder) => {
      const first = await mkdir(join(this.root, folder), { recursive: true });
      if (first === undefined) return;
      for (let above = dirname(folder); above !== '.'; above = dirname(above)) changed.add(above);
    });
    return [...changed];
  }

  async remove(files: readonly LakeFile[]): Promise<void> {
    await Promise.all(files.map((file) => rm(this.absolute(file), { force: true })));
  }

  /** Removes what is left of writing. */
  async discard(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  }

  /**
   * Removes files that are not on record: a process ended between the rename and the commit.
   *
   * @returns how many there were
   */
  sweep(recorded: ReadonlySet<string>): number {
    rmSync(join(this.root, WRITING), { recursive: true, force: true });
    let removed = 0;
    for (const path of filesBelow(join(this.root, SALES))) {
      if (recorded.has(relative(this.root, path).split(sep).join('/'))) continue;
      rmSync(path, { force: true });
      removed += 1;
    }
    return removed;
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function padded(seq: number): string {
  return String(seq).padStart(12, '0');
}
