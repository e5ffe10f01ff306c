import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/**
 * One hash over the names and contents of the files at these places, tests left out; places that do
 * not exist count as empty.
 *
 * @param {readonly string[]} places relative to the checkout
 * @returns {string}
 */
export function hashTree(places) {
  const hash = createHash('sha256');
  for (const file of places.flatMap(filesBelow)) {
    hash.update(`${file}\n`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

/** Written out because `readdir`'s `recursive` is younger than Node 18.0. */
function filesBelow(place) {
  const path = join(ROOT, place);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return place.endsWith('.test.ts') ? [] : [place];
  const names = readdirSync(path);
  names.sort();
  return names.flatMap((name) => filesBelow(`${place}/${name}`));
}
