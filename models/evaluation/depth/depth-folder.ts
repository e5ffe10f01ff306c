import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DepthPicture,
  decodeDepth,
  decodeInfrared,
  type InfraredPicture,
} from '../../runtime/picture.ts';
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
  /** Depth pictures whose infrared picture is none that lies on them: judged by depth alone. */
  readonly notInfrared: readonly string[];
}

const SUFFIX = '_depth.png';
/** An infrared picture beside it ends in one of these instead. */
const INFRARED_SUFFIXES = ['_infrared.png', '_ir.png', '_long_exposure_infrared.png'] as const;
const LANDMARKS = 'labels.txt';

/**
 * Judges every `*_depth.png` below a folder (16 bits, mm, whole frame or face crop), sorted by path. The face is where a
 * `labels.txt` in the folder says, or else where the depth itself shows it. An infrared picture beside it (`_infrared.png`,
 * `_ir.png`, `_long_exposure_infrared.png`; 16 bits, same size) is judged with it.
 *
 * @throws the file system's error for a folder that is not there, LandmarkListError
 */
export async function judgeFolder(options: {
  readonly dir: string;
  readonly focalPx: number;
  readonly useLandmarks: boolean;
  /** What a white surface has at 1 m in the infrared pictures. */
  readonly whiteAtMetre: number;
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
  const present = new Set(names.map((name) => name.replaceAll('\\', '/')));
  const files: JudgedFile[] = [];
  const notInfrared: string[] = [];
  const notDepth: string[] = [];
  for (const path of paths) {
    const picture = decodeDepth(await readFile(join(options.dir, path)));
    if (picture.ok) {
      const points = landmarks?.get(path.slice(0, -SUFFIX.length));
      const placement = points
        ? placementFromPoints(points)
        : placeFace(picture.value, options.focalPx);
      const stem = path.slice(0, -SUFFIX.length);
      const beside = INFRARED_SUFFIXES.map((suffix) => stem + suffix).find((p) => present.has(p));
      const infrared = beside && (await readInfrared(beside, picture.value, options));
      if (beside && !infrared) notInfrared.push(path);
      const pictures = { depth: picture.value, infrared: infrared || undefined };
      files.push({
        path,
        placedBy: points ? 'landmarks' : 'depth',
        ...judgeDepth(pictures, options.focalPx, placement),
      });
    } else {
      notDepth.push(path);
    }
    options.onProgress(files.length + notDepth.length, paths.length);
  }
  return { files, notDepth, notInfrared };
}

async function readInfrared(
  path: string,
  depth: DepthPicture,
  { dir, whiteAtMetre }: { readonly dir: string; readonly whiteAtMetre: number },
): Promise<InfraredPicture | undefined> {
  const png = await readFile(join(dir, path));
  const picture = decodeInfrared({ png, whiteAtMetre }, depth);
  return picture.ok ? picture.value : undefined;
}
