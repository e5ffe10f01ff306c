import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeDepth } from '../../runtime/picture.ts';
import { type DepthVerdict, judgeDepth } from './depth-verdict.ts';
import { placeFace, placementFromPoints } from './face-placement.ts';
import { parseLandmarks } from './landmark-list.ts';

export interface JudgedFile extends DepthVerdict {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly placedBy: 'landmarks' | 'depth';
}

export interface JudgedFolder {
  readonly files: readonly JudgedFile[];
  /** Files that are no 16-bit depth pictures: no presentations, so in no rate. */
  readonly notDepth: readonly string[];
}

const SUFFIX = '_depth.png';
const LANDMARKS = 'labels.txt';

/**
 * Judges every `*_depth.png` below a folder (16 bits, mm, whole frame or face crop), sorted by path. The face is where a
 * `labels.txt` in the folder says, or else where the depth itself shows it.
 *
 * @throws the file system's error for a folder that is not there, LandmarkListError
 */
export async function judgeFolder(options: {
  readonly dir: string;
  readonly focalPx: number;
  readonly useLandmarks: boolean;
  readonly onProgress: (done: number, total: number) => void;
}): Promise<JudgedFolder> {
  const names = await readdir(options.dir, { recursive: true });
  const paths = names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(SUFFIX))
    .toSorted();
  const landmarks =
    options.useLandmarks && names.includes(LANDMARKS)
      ? parseLandmarks(await readFile(join(options.dir, LANDMARKS), 'utf8'))
      : undefined;
  const files: JudgedFile[] = [];
  const notDepth: string[] = [];
  for (const path of paths) {
    const picture = decodeDepth(await readFile(join(options.dir, path)));
    if (picture.ok) {
      const points = landmarks?.get(path.slice(0, -SUFFIX.length));
      const placement = points
        ? placementFromPoints(points)
        : placeFace(picture.value, options.focalPx);
      files.push({
        path,
        placedBy: points ? 'landmarks' : 'depth',
        ...judgeDepth(picture.value, options.focalPx, placement),
      });
    } else {
      notDepth.push(path);
    }
    options.onProgress(files.length + notDepth.length, paths.length);
  }
  return { files, notDepth };
}
