import type { FivePoints, Point } from '../../runtime/analysis.ts';

/** A labels file has a line that is none. */
export class LandmarkListError extends Error {
  override readonly name = 'LandmarkListError';
}

/** Numbers of a line: the box of the landmarks (left, right, top, bottom), then x and y of 15 landmarks. */
const NUMBERS = 34;
const RIGHT_EYE = [0, 1, 2, 3];
const LEFT_EYE = [4, 5, 6, 7];
const NOSE_TIP = [8];
const RIGHT_MOUTH = [11];
const LEFT_MOUTH = [13];

/**
 * Reads landmarks of depth pictures as the Intensity-Depth Face Alignment set has them in `labels.txt`: per line the path
 * without `_depth.png`, then the numbers. Landmarks: four around each eye, nose tip, two nostrils, right corner of the
 * mouth, upper lip, left corner, lower lip.
 *
 * @returns the five points by path
 * @throws LandmarkListError
 */
export function parseLandmarks(text: string): ReadonlyMap<string, FivePoints> {
  const found = new Map<string, FivePoints>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [path, ...numbers] = line.trim().split(/\s+/);
    const values = numbers.map(Number);
    if (path === undefined || values.length !== NUMBERS || values.some(Number.isNaN)) {
      throw new LandmarkListError(
        `labels.txt line ${index + 1}: a path and ${NUMBERS} numbers are needed`,
      );
    }
    const mean = (ids: readonly number[]): Point => ({
      x: ids.reduce((sum, id) => sum + (values[4 + id * 2] as number), 0) / ids.length,
      y: ids.reduce((sum, id) => sum + (values[5 + id * 2] as number), 0) / ids.length,
    });
    found.set(path, [
      mean(RIGHT_EYE),
      mean(LEFT_EYE),
      mean(NOSE_TIP),
      mean(RIGHT_MOUTH),
      mean(LEFT_MOUTH),
    ]);
  }
  return found;
}
