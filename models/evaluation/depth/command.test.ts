import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DepthPicture } from '../../runtime/picture.ts';
import { runEvaluateDepth } from './command.ts';
import { DEPTH_CAMERAS } from './depth-cameras.ts';
import { judgeFolder } from './depth-folder.ts';
import type { DepthEvaluation } from './evaluate-depth.ts';
import { CANONICAL_SOURCE } from './face-surface.ts';
import { simulatePresentation } from './presentations.ts';

const KINECT = '../shared/data/depth-kinect';
const FOCAL_PX = 365;

let dir = '';

async function save(path: string, picture: DepthPicture): Promise<void> {
  const file = join(dir, path);
  await mkdir(dirname(file), { recursive: true });
  const { width, height } = picture;
  await sharp(picture.data, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(file);
}

async function run(...args: readonly string[]) {
  let out = '';
  let problems = '';
  const code = await runEvaluateDepth(args, {
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      problems += text;
    },
  });
  return { code, out, problems };
}

/** The first presentations that were taken with the folders' focal length. */
function pictures(species: 'bona-fide' | 'flat-print', count: number): DepthPicture[] {
  const camera = DEPTH_CAMERAS.find(({ name }) => name === 'time-of-flight');
  if (!camera) throw new Error('there is such a camera');
  const found: DepthPicture[] = [];
  for (let seed = 1; found.length < count; seed += 1) {
    const shown = simulatePresentation({ species, camera, faces: CANONICAL_SOURCE, seed });
    if (shown.focalPx === FOCAL_PX && shown.distanceMm < 800) found.push(shown.picture);
  }
  return found;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'depth-'));
  for (const [i, picture] of pictures('bona-fide', 3).entries()) {
    await save(`faces/person-${i}/0_depth.png`, picture);
  }
  for (const [i, picture] of pictures('flat-print', 2).entries()) {
    await save(`attacks/flat-print/${i}_depth.png`, picture);
  }
  await writeFile(join(dir, 'faces', 'broken_depth.png'), 'no picture');
});

afterAll(() => rm(dir, { recursive: true, force: true }));

describe('evaluate depth', () => {
  it('judges given faces and given attacks, without landmarks', async () => {
    const args = ['--bona-fide', join(dir, 'faces'), '--attack', join(dir, 'attacks'), '--json'];
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    const result = JSON.parse(out) as DepthEvaluation;
    expect(result).toMatchObject({
      bonaFide: 3,
      attacks: 2,
      apcer: 0,
      bySpecies: { 'flat-print': { evidence: 'given', attacks: 2, accepted: 0, apcer: 0 } },
      evidence: { attacks: 'given' },
      bonaFideDetail: { placedBy: { landmarks: 0, depth: 3 }, people: 3 },
    });
    expect(result.bpcer).toBeLessThan(0.5);
    expect(result.bonaFideDetail.notDepth).toEqual(['broken_depth.png']);
  });

  it('simulates attacks where none are given, and sets masks apart', async () => {
    const { code, out } = await run('--bona-fide', join(dir, 'faces'), '--count', '4', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(out) as DepthEvaluation;
    expect(result.attacks).toBe(8 * 4);
    expect(Object.keys(result.bySpecies)).not.toContain('mask');
    expect(result.apart['mask']).toMatchObject({ evidence: 'simulated', attacks: 4 });
    expect(Object.keys(result.simulatedBonaFide ?? {})).toEqual([
      'structured-light',
      'time-of-flight',
    ]);
  });

  it('refuses a command line, and a folder, that it cannot use', async () => {
    expect((await run()).code).toBe(2);
    expect((await run('--bona-fide', dir, '--count', 'many')).code).toBe(2);
    expect((await run('--bona-fide', join(dir, 'attacks', 'flat-print', 'x'))).code).toBe(1);
    const help = await run('--help');
    expect(help.code).toBe(0);
    expect(help.out).toContain('--bona-fide DIR');
  });
});

describe('real faces', () => {
  it.skipIf(!existsSync(KINECT))(
    'are refused by depth and infrared in at most 2 of 100 pictures (skipped without the depth-kinect set)',
    async () => {
      const { files } = await judgeFolder({
        dir: KINECT,
        focalPx: FOCAL_PX,
        useLandmarks: true,
        whiteAtMetre: 10_000,
        onProgress: () => {},
      });
      const refused = files.filter(
        ({ failed, failedInfrared = [] }) => failed.length + failedInfrared.length > 0,
      ).length;
      expect(files.every(({ failedInfrared }) => failedInfrared)).toBe(true);
      expect(files.length).toBeGreaterThan(500);
      expect(refused / files.length).toBeLessThanOrEqual(0.02);
    },
  );
});
