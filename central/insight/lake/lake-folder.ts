import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { LakeFile } from './lake-record-store.ts';
import type { WrittenFile } from './parquet-store.ts';

const SALES = 'sales';
const WRITING = '.writing';

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

  /** Makes written files lasting and puts them in their places. */
  async place(files: readonly WrittenFile[], where: Placement): Promise<LakeFile[]> {
    const { hubId, streetId, fromSeq, toSeq } = where;
    const folders = new Set<string>();
    const placed = await Promise.all(
      files.map(async ({ path, day, rows }) => {
        const folder = join(SALES, `city=${this.city}`, `street=${streetId}`, `day=${day}`);
        const name = [hubId, padded(fromSeq), padded(toSeq), randomBytes(4).toString('hex')];
        const target = join(folder, `${name.join('-')}.parquet`);
        await mkdir(join(this.root, folder), { recursive: true });
        await synced(path);
        await rename(path, join(this.root, target));
        folders.add(folder).add(dirname(folder));
        return { hubId, path: target, streetId, day, fromSeq, toSeq, rows };
      }),
    );
    await Promise.all([...folders].map((folder) => synced(join(this.root, folder))));
    return placed;
  }

  /** The file's place on this machine. */
  absolute({ path }: Pick<LakeFile, 'path'>): string {
    return join(this.root, path);
  }

  async remove(files: readonly LakeFile[]): Promise<void> {
    await Promise.all(files.map((file) => rm(this.absolute(file), { force: true })));
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
