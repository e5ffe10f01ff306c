import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { type InstalledPack, loadInstalledPack } from '../packs/installed-pack.ts';
import type { AnalyseOptions, BurstAnalysis, FaceEngine } from './analysis.ts';
import { cosine } from './embedder.ts';
import { createFaceEngine } from './face-engine.ts';
import { createFaceFinder } from './face-finder.ts';
import type { FrameTask } from './frame-pipeline.ts';
import { InferenceFault, InferencePool } from './inference-pool.ts';
import { decodePicture } from './picture.ts';

const ROOT = new URL('../../.wuma', import.meta.url).pathname;
const MODELS = join(ROOT, 'models');
const SAMPLES = join(ROOT, 'samples');
const installed = existsSync(join(MODELS, 'open-1', 'manifest.json')) && existsSync(SAMPLES);
if (!installed) {
  process.stderr.write('skipped: face engine; there is no model pack or no sample in .wuma\n');
}

const PAYMENT: AnalyseOptions = { requireDepth: false, severalFaces: 'refuse' };
const PHOTO: AnalyseOptions = { requireDepth: false, severalFaces: 'largest' };
const frameOf = (colour: Uint8Array): ProbeFrame => ({ takenAt: '2026-01-01T00:00:00Z', colour });
const sample = (path: string) => readFile(join(SAMPLES, path));

function between(p?: BurstAnalysis, q?: BurstAnalysis): number {
  return p && q ? cosine(p.embedding, q.embedding) : Number.NaN;
}

describe.skipIf(!installed)('the vision pipeline on the open pack', () => {
  let pack: InstalledPack;
  let engine: FaceEngine;
  let face: Buffer;

  beforeAll(async () => {
    pack = await loadInstalledPack(MODELS, 'open');
    engine = await createFaceEngine({ pack, workers: 2, queueCapacity: 2 });
    face = await sample('strangers/franck_01829.jpg');
  }, 60_000);
  afterAll(() => engine.close());

  const codeOf = async (frames: readonly ProbeFrame[], options = PAYMENT) => {
    const answer = await engine.analyse(frames, options);
    return answer.ok ? 'analysed' : answer.error.code;
  };
  const analysed = async (frames: readonly ProbeFrame[], options = PAYMENT) => {
    const answer = await engine.analyse(frames, options);
    if (!answer.ok) throw new Error(`refused: ${answer.error.code}`);
    return answer.value;
  };

  it('yields a unit embedding, quality, liveness and times', async () => {
    const { embedding, ...rest } = await analysed([frameOf(face)]);
    expect(embedding).toHaveLength(engine.dimension);
    expect(cosine(embedding, embedding)).toBeCloseTo(1, 5);
    expect(rest).toMatchObject({
      packId: 'open-1',
      framesUsed: 1,
      pad: { live: true, depth: null },
    });
    expect(rest.quality.interEyePx).toBeGreaterThan(80);
    expect(Math.abs(rest.quality.yawDeg)).toBeLessThan(15);
    expect(rest.timings.networks).toBeGreaterThan(1);
    expect(rest.timings.networks).toBeLessThan(
      rest.timings.detect + rest.timings.pad + rest.timings.embed,
    );
  });

  it('gives the same person one place and strangers another', async () => {
    const [a, b, c] = await Promise.all(
      ['franck_01829', 'franck_04000', 'SeanConnery'].map(async (name) =>
        analysed([frameOf(await sample(`strangers/${name}.jpg`))]),
      ),
    );
    expect(between(a, b)).toBeGreaterThan(0.6);
    expect(between(a, c)).toBeLessThan(0.4);
  });

  it('fuses a burst, spread over the workers', async () => {
    const frames = await Promise.all(
      ['franck_01829', 'franck_02045', 'franck_02159'].map(async (name) =>
        frameOf(await sample(`strangers/${name}.jpg`)),
      ),
    );
    const burst = await analysed(frames);
    expect(burst.framesUsed).toBe(3);
    expect(burst.pad.failed).toEqual([]);
  });

  it('follows the face through a burst, and looks for it anew where it is gone', async () => {
    const half = await sharp(face).resize(320, 480, { fit: 'cover' }).toBuffer();
    const at = (...lefts: readonly number[]) =>
      sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } })
        .composite(lefts.map((left) => ({ input: half, left, top: 0 })))
        .jpeg()
        .toBuffer();
    const pool = await InferencePool.start(pack, 1);
    const options = { severalFaces: 'refuse', enforceQuality: true, pad: true, looks: 'plain' };
    const outcomesOf = async (...pictures: readonly Buffer[]) => {
      const tasks = pictures.map((colour) => ({ colour: new Uint8Array(colour), options }));
      const results = await pool.runBurst(tasks as FrameTask[]);
      return results.map(({ report }) => report.outcome);
    };
    const [left, shifted, right, both] = await Promise.all([at(0), at(24), at(320), at(0, 320)]);

    const [alone] = await outcomesOf(shifted);
    const [first, followed] = await outcomesOf(left, shifted);
    if (!alone?.ok || !first?.ok || !followed?.ok) throw new Error('a frame was refused');
    expect(cosine(alone.value.embedding, followed.value.embedding)).toBeGreaterThan(0.97);
    const { box } = followed.value.face.detection;
    expect(Math.abs(box.x - first.value.face.detection.box.x - 24)).toBeLessThan(6);
    expect(Math.abs(box.x - alone.value.face.detection.box.x)).toBeLessThan(6);

    // Who steps in after the first frame is not who pays; in the first frame they might be.
    const [, later] = await outcomesOf(left, both);
    expect(later?.ok).toBe(true);
    expect(await outcomesOf(both)).toEqual([{ ok: false, error: 'several_faces' }]);
    // A face that jumped is found by the detector, which sees the others too.
    const [, jumped] = await outcomesOf(left, right);
    expect(jumped?.ok && jumped.value.face.detection.box.x).toBeGreaterThan(320);
    await pool.close();
  });

  it('takes frames that are views on one message, and leaves the message as it was', async () => {
    const message = Buffer.concat([Buffer.from('{"head":1}\n'), face, face]);
    const copy = Buffer.from(message);
    const first = message.subarray(11, 11 + face.length);
    expect(
      (await analysed([frameOf(first), frameOf(message.subarray(11 + face.length))])).framesUsed,
    ).toBe(2);
    expect(message.equals(copy)).toBe(true);
  });

  it('gives each bad picture its own answer', async () => {
    const grey = sharp({ create: { width: 640, height: 480, channels: 3, background: '#777' } });
    const noFace = await grey.clone().jpeg().toBuffer();
    const half = await sharp(face).resize(320, 480, { fit: 'cover' }).toBuffer();
    const two = await grey
      .clone()
      .composite([
        { input: half, left: 0, top: 0 },
        { input: half, left: 320, top: 0 },
      ])
      .jpeg()
      .toBuffer();
    const small = await grey
      .clone()
      .composite([{ input: await sharp(face).resize(160).toBuffer(), left: 240, top: 160 }])
      .jpeg()
      .toBuffer();
    const dark = await sharp(face).linear(0.12, 0).jpeg().toBuffer();
    const blurred = await sharp(face).blur(12).jpeg().toBuffer();
    const large = await sharp(face).resize(2_100).jpeg().toBuffer();
    expect(await codeOf([frameOf(Buffer.from('no picture'))])).toBe('not_an_image');
    expect(await codeOf([frameOf(noFace)])).toBe('no_face');
    expect(await codeOf([frameOf(two)])).toBe('several_faces');
    expect(await codeOf([frameOf(two)], PHOTO)).toBe('analysed');
    expect(await codeOf([frameOf(small)])).toBe('face_too_small');
    expect(await codeOf([frameOf(dark)])).toBe('light_too_low');
    expect(await codeOf([frameOf(blurred)])).toBe('face_blurred');
    expect(await codeOf([frameOf(large)])).toBe('image_too_large');
    expect(await codeOf([frameOf(large)], PHOTO)).toBe('analysed');
  });

  it('knows a photograph by its flat depth', async () => {
    const sheet = new Uint16Array(720 * 576).fill(600);
    const png = await sharp(sheet, { raw: { width: 720, height: 576, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { pad } = await analysed([{ ...frameOf(face), depth: { png, focalPx: 1_100 } }]);
    expect(pad.live).toBe(false);
    expect(pad.failed).toEqual(expect.arrayContaining(['depth_flat', 'depth_bent', 'depth_nose']));
    expect(pad.depth).toMatchObject({ coverage: 1, distanceMm: 600 });
    const missing = await analysed([frameOf(face)], { ...PAYMENT, requireDepth: true });
    expect(missing.pad.failed).toEqual(['depth_missing']);
  });

  it('answers busy at once when all places are taken', async () => {
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf([frameOf(face)])));
    // Two at work, two waiting.
    expect(codes.filter((code) => code === 'analysed')).toHaveLength(4);
    expect(codes.filter((code) => code === 'busy')).toHaveLength(4);
    expect(engine.queueDepth).toBe(0);
  });

  it('finds every face of a group picture', async () => {
    const decoded = await decodePicture(await sample('enrol/sample5.jpg'));
    if (!decoded.ok) throw new Error(decoded.error);
    const finder = await createFaceFinder(pack);
    const faces = await finder.detectFaces(decoded.value);
    await finder.close();
    expect(faces).toHaveLength(5);
    const [largest] = faces;
    expect(largest?.points[0].x).toBeLessThan(largest?.points[1].x ?? 0);
    expect(faces.map((f) => f.box.width)).toEqual(
      faces.map((f) => f.box.width).toSorted((p, q) => q - p),
    );
  });

  it('starts a worker anew when one dies over a frame', async () => {
    const pool = await InferencePool.start(pack, 1);
    const options = {
      severalFaces: 'refuse',
      enforceQuality: true,
      pad: false,
      looks: 'plain',
    } as const;
    const broken = pool.run({
      colour: Uint8Array.from(face),
      // Only a fault of ours can make such a task; it stands for any crash.
      options: null as unknown as typeof options,
    });
    const next = pool.run({ colour: Uint8Array.from(face), options });
    await expect(broken).rejects.toThrow(InferenceFault);
    expect((await next).report.outcome.ok).toBe(true);
    await pool.close();
    await expect(pool.run({ colour: new Uint8Array(1), options })).rejects.toThrow(InferenceFault);
  });

  it('does not start with a broken pack', async () => {
    const broken = { ...pack, dir: join(MODELS, 'nowhere') };
    await expect(createFaceEngine({ pack: broken, workers: 1, queueCapacity: 1 })).rejects.toThrow(
      InferenceFault,
    );
  });
});
