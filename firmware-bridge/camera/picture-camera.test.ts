import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadInstalledPack } from '../../models/packs/installed-pack.ts';
import { decodeDepth, decodePicture } from '../../models/runtime/picture.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { DepthSimulator, UnreadablePictureError } from '../simulator/depth-simulator.ts';
import { FaceShapeFinder, interEyePx } from '../simulator/face-shape.ts';
import { FOCAL_PX } from './camera.ts';
import { PictureCamera, type PictureCameraOptions } from './picture-camera.ts';

const WUMA = join(import.meta.dirname, '../../.wuma');
const group = readFileSync(join(WUMA, 'samples/enrol/sample1.jpg'));
const single = readFileSync(join(WUMA, 'samples/strangers/cage.jpg'));
/** Five people; the middle of a face on the right, in the photo's pixels. */
const ONE_OF_THEM = { x: 1_577, y: 320 };

let finder: FaceShapeFinder;
beforeAll(async () => {
  finder = await FaceShapeFinder.load(await loadInstalledPack(join(WUMA, 'models'), 'open'));
});
afterAll(() => finder.close());

const open = (options: Partial<PictureCameraOptions> = {}): Promise<PictureCamera> =>
  PictureCamera.open({
    photo: single,
    finder,
    clock: systemClock,
    seed: 1,
    depth: true,
    ...options,
  });

async function facesOf(jpeg: Uint8Array) {
  const picture = await decodePicture(jpeg);
  if (!picture.ok) throw new Error(picture.error);
  return finder.find(picture.value);
}

describe('PictureCamera', () => {
  it('gives frames that differ from one another, and the same frames for the same seed', async () => {
    const first = await (await open()).takeBurst(3);
    const again = await (await open()).takeBurst(3);
    const other = await (await open({ seed: 2 })).takeBurst(3);
    const bytes = (burst: typeof first): string[] =>
      burst.flatMap(({ colour, depth }) => [
        Buffer.from(colour).toString('base64'),
        Buffer.from(depth?.png ?? []).toString('base64'),
      ]);
    expect(bytes(again)).toEqual(bytes(first));
    expect(new Set([...bytes(first), ...bytes(other)]).size).toBe(12);
    const { width, height, format } = await sharp(first[0]?.colour).metadata();
    expect({ width, height, format }).toEqual({ width: 640, height: 480, format: 'jpeg' });
  });

  it('shows one person of a group, as large as at a counter', async () => {
    for (const person of ['largest', ONE_OF_THEM] as const) {
      const [frame] = await (await open({ photo: group, person })).takeBurst(1);
      const faces = await facesOf(frame?.colour ?? new Uint8Array());
      expect(faces).toHaveLength(1);
      const face = faces[0];
      if (!face) throw new Error('no face');
      expect(interEyePx(face)).toBeGreaterThan(55);
      expect(interEyePx(face)).toBeLessThan(115);
      expect(Math.abs(face.box.x + face.box.width / 2 - 320)).toBeLessThan(90);
    }
  });

  it('shows everybody when asked to', async () => {
    const [frame] = await (await open({ photo: group, person: 'everyone' })).takeBurst(1);
    expect((await facesOf(frame?.colour ?? new Uint8Array())).length).toBeGreaterThan(1);
  });

  it('stamps frames when they are taken, not when they were prepared', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, monotonic: () => now };
    const camera = await open({ clock, depth: false });
    await camera.prepare(1);
    now += 60_000;
    const [frame] = await camera.takeBurst(1);
    expect(frame?.takenAt).toBe(new Date(now).toISOString());
    expect(frame?.depth).toBeUndefined();
  });

  it('plays a photo without a face as it is', async () => {
    const photo = await sharp({
      create: { width: 300, height: 200, channels: 3, background: 'teal' },
    })
      .png()
      .toBuffer();
    const camera = await open({ photo });
    expect(camera.showsFace).toBe(false);
    expect((await camera.takeBurst(1))[0]?.depth?.png.byteLength).toBeGreaterThan(1_000);
  });

  it('refuses a file that is no picture', async () => {
    await expect(open({ photo: Buffer.from('hello') })).rejects.toBeInstanceOf(
      UnreadablePictureError,
    );
  });
});

/** Median distance around the middle of the frame, mm. */
async function middle(png: Uint8Array): Promise<number> {
  const depth = decodeDepth(png);
  if (!depth.ok) throw new Error(depth.error);
  const near = [...depth.value.data].filter((z, i) => {
    const [x, y] = [i % depth.value.width, Math.floor(i / depth.value.width)];
    return z > 0 && Math.abs(x - 160) < 10 && Math.abs(y - 115) < 10;
  });
  return near.toSorted((p, q) => p - q)[near.length >> 1] ?? 0;
}

describe('DepthSimulator', () => {
  it('finds the face of a frame by itself, at the distance that the camera put it', async () => {
    const [frame] = await (await open()).takeBurst(1);
    const colour = frame?.colour ?? new Uint8Array();
    const simulator = new DepthSimulator(finder);
    const request = { colour, focalPx: FOCAL_PX, species: 'bona-fide', seed: 5 } as const;
    const [first, again] = [
      await simulator.simulateDepth(request),
      await simulator.simulateDepth(request),
    ];
    expect(Buffer.from(first.png).equals(Buffer.from(again.png))).toBe(true);
    const [simulated, played] = [
      await middle(first.png),
      await middle(frame?.depth?.png ?? first.png),
    ];
    expect(simulated).toBeGreaterThan(250);
    expect(Math.abs(simulated - played)).toBeLessThan(25);
  });
});
