import { readFileSync } from 'node:fs';
import { assert } from '../../shared/kernel/assert.ts';
import { type Affine, applyAffine } from './geometry.ts';
import type { Picture } from './picture.ts';

/** How a network wants its pixels: value = (byte - mean) * scale, per channel in the order of `colour`. */
export interface PixelFormat {
  readonly width: number;
  readonly height: number;
  readonly layout: 'nchw' | 'nhwc';
  readonly colour: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
}

/** The compiled kernel's functions; see kernel/warp-kernel.as. Pointers are byte offsets. */
interface WarpKernel {
  readonly warp: (...args: readonly number[]) => void;
  readonly halve: (...args: readonly [picture: number, w: number, h: number, out: number]) => void;
}

const PAGE_BYTES = 65_536;
/** The kernel may read or write a register's width past an end. */
const SPARE_BYTES = 64;
const JOB_BYTES = 128;
/** The kernel's ONE. */
const WEIGHT_STEPS = 16_384;
/** Farthest position, pixels, that the kernel's fixed-point numbers hold. */
const FARTHEST_PX = 30_000;
/** Pictures are dropped from the arena when they would take more. */
const MAX_PICTURE_BYTES = 64 * 1024 * 1024;
/**
 * A terminal's picture (640x480) is decoded straight into the arena. It may not move while its frame is worked on: the memory
 * grows beforehand, and the output has room for the whole of it, its edges rounded up to 32 as a detector may want them.
 */
const IN_PLACE_BYTES = 640 * 480 * 3;
const FIRST_OUTPUT_BYTES = 5 * 1024 * 1024;

/**
 * The memory of the warp kernel on one thread: the job, the output, then the pictures that crops are cut
 * from. A picture is copied in when it is first used and stays until `forget` or until space runs out.
 */
export class WarpArena {
  private static instance: WarpArena | undefined;
  private readonly memory = new WebAssembly.Memory({ initial: 128 });
  private readonly kernel: WarpKernel;
  private readonly places = new Map<Picture, number>();
  private outputBytes = FIRST_OUTPUT_BYTES;
  /** Whether the frame's picture lies in the arena itself. */
  private inPlace = false;
  private outputUsed = 0;
  /** Where larger pictures are decoded to: fresh memory for each would cost more than the decoding. */
  private largeRoom = new Uint8Array(0);
  private end = this.picturesAt;

  private constructor() {
    const module = new WebAssembly.Module(
      readFileSync(new URL('./kernel/warp-kernel.wasm', import.meta.url)),
    );
    const instance = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.kernel = instance.exports as unknown as WarpKernel;
  }

  /** One per thread: it is scratch memory, in use only within a call. */
  static ofThisThread(): WarpArena {
    WarpArena.instance ??= new WarpArena();
    return WarpArena.instance;
  }

  /** Memory to decode a frame's picture to, good until `forget`, which it begins with. */
  roomFor(bytes: number): Uint8Array {
    this.forget();
    if (bytes > IN_PLACE_BYTES) {
      if (this.largeRoom.length < bytes) this.largeRoom = new Uint8Array(bytes);
      return this.largeRoom;
    }
    this.inPlace = true;
    const at = this.end;
    this.end += Math.ceil((bytes + SPARE_BYTES) / 64) * 64;
    // With its halves.
    this.grow(this.end + 3 * bytes);
    return new Uint8Array(this.memory.buffer, at, bytes);
  }

  /** Cuts a crop into `out`; see `warpInto`. */
  warp(
    out: Float32Array,
    cut: { readonly picture: Picture; readonly crop: Affine },
    format: PixelFormat,
  ): void {
    const { picture, crop } = cut;
    const { width, height, layout, colour, mean, scale } = format;
    const bias = mean.map((value, i) => -value * (scale[i] ?? 0));
    if (!isNear(crop, width, height)) {
      fillBlack(out, bias, layout);
      return;
    }
    this.makeRoomForOutput(out.byteLength);
    this.outputUsed = Math.max(this.outputUsed, out.byteLength);
    const at = this.place(picture);
    const { buffer } = this.memory;
    new Float64Array(buffer, 0, 6).set([crop.a, crop.b, crop.c, crop.d, crop.e, crop.f]);
    const bgr = colour === 'bgr';
    // The kernel thinks in red, green, blue.
    const perStep = scale.map((value) => value / WEIGHT_STEPS);
    new Float32Array(buffer, 48, 3).set(bgr ? perStep.toReversed() : perStep);
    new Float32Array(buffer, 64, 3).set(bgr ? bias.toReversed() : bias);
    this.kernel.warp(
      at,
      picture.width,
      picture.height,
      JOB_BYTES,
      width,
      height,
      0,
      layout === 'nchw' ? 1 : 0,
      bgr ? 1 : 0,
    );
    out.set(new Float32Array(buffer, JOB_BYTES, out.length));
  }

  /** Mean of 2x2 pixels; the result is in place for crops from it. */
  halve(picture: Picture): Picture {
    const width = picture.width >> 1;
    const height = picture.height >> 1;
    const bytes = width * height * 3;
    // Room for both first: making it may drop what is there.
    this.reserve(picture.data.length + bytes + SPARE_BYTES);
    const from = this.place(picture);
    if (this.inPlace) {
      // The memory has room for a terminal's picture and its halves, and stays where it is: no copy.
      const at = this.end;
      this.end = Math.ceil((at + bytes + SPARE_BYTES) / 64) * 64;
      this.kernel.halve(from, picture.width, picture.height, at);
      return { data: new Uint8Array(this.memory.buffer, at, bytes), width, height };
    }
    const half = { data: new Uint8Array(bytes), width, height };
    const at = this.take(half);
    this.kernel.halve(from, picture.width, picture.height, at);
    half.data.set(new Uint8Array(this.memory.buffer, at, bytes));
    return half;
  }

  /** Overwrites every picture and the last output. */
  forget(): void {
    this.places.clear();
    const { buffer } = this.memory;
    new Uint8Array(buffer, 0, JOB_BYTES + this.outputUsed).fill(0);
    new Uint8Array(buffer, this.picturesAt, this.end - this.picturesAt).fill(0);
    this.largeRoom.fill(0);
    this.outputUsed = 0;
    this.inPlace = false;
    this.end = this.picturesAt;
  }

  private get picturesAt(): number {
    return JOB_BYTES + this.outputBytes + SPARE_BYTES;
  }

  private makeRoomForOutput(bytes: number): void {
    if (bytes <= this.outputBytes) return;
    assert(!this.inPlace, 'the output of a picture in the arena has its room');
    this.forget();
    this.outputBytes = bytes;
    this.end = this.picturesAt;
    this.grow(this.end);
  }

  private place(picture: Picture): number {
    if (picture.data.buffer === this.memory.buffer) return picture.data.byteOffset;
    const known = this.places.get(picture);
    if (known !== undefined) return known;
    this.reserve(picture.data.length);
    const at = this.take(picture);
    new Uint8Array(this.memory.buffer, at, picture.data.length).set(picture.data);
    return at;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes - this.picturesAt > MAX_PICTURE_BYTES) this.forget();
    this.grow(this.end + bytes + SPARE_BYTES);
  }

  private take(picture: Picture): number {
    const at = this.end;
    this.places.set(picture, at);
    this.end = Math.ceil((at + picture.data.length + SPARE_BYTES) / 64) * 64;
    return at;
  }

  private grow(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
  }
}

/** Whether all corners of a crop lie where the kernel can count; beyond there is no picture anyway. */
function isNear(crop: Affine, width: number, height: number): boolean {
  return [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].every(([u = 0, v = 0]) => {
    const { x, y } = applyAffine(crop, u, v);
    // Written so that NaN, of points that lie all in one place, is not near.
    return Math.abs(x) < FARTHEST_PX && Math.abs(y) < FARTHEST_PX;
  });
}

/** `black` in the order of the output's channels. */
function fillBlack(
  out: Float32Array,
  black: readonly number[],
  layout: PixelFormat['layout'],
): void {
  const plane = out.length / 3;
  for (let i = 0; i < out.length; i += 1) {
    out[i] = black[layout === 'nchw' ? Math.floor(i / plane) : i % 3] ?? 0;
  }
}
