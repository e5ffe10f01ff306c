import { readdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';

const EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.webp']);

/** All pictures below a folder, by their paths relative to it, sorted. */
export async function listPictures(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true });
  return names.filter((name) => EXTENSIONS.has(extname(name).toLowerCase())).toSorted();
}

/** Whom a picture shows: the folder it lies in. */
export function personOf(path: string): string {
  return dirname(path);
}
