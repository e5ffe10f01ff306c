import { MAX_IMAGE_EDGE } from '../../shared/contracts/terminal-frames.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { AnalysisFailure, FaceQuality, FivePoints, Point } from './analysis.ts';
import { ColourPad } from './colour-pad.ts';
import { measureDepth } from './depth-evidence.ts';
import type { Detection } from './detection.ts';
import { Detector } from './detector.ts';
import { type AlignedLook, Embedder } from './embedder.ts';
import { findMeshedFaces, type MeshedFace, movedWith } from './face-finder.ts';
import { type FaceMesh, FaceMesher } from './face-mesh.ts';
import { measureQuality, qualityFailure } from './face-quality.ts';
import { traceColour, traceDepth } from './frame-trace.ts';
import { area, distance } from './geometry.ts';
import { type LightSample, measureLight } from './light-sample.ts';
import type { NetworkMeter } from './network.ts';
import {
  type DepthPicture,
  decodeDepth,
  decodeInfrared,
  decodePicture,
  type InfraredPicture,
  type Picture,
} from './picture.ts';
import type { FramePad } from './presentation-attack.ts';
import { PicturePyramid } from './warp.ts';
import { WarpArena } from './warp-arena.ts';

export type FrameFailureCode = Exclude<AnalysisFailure['code'], 'busy'>;

/**
 * How the face is embedded: as it is, mirrored left to right, or as the mean of both. Of both, one is aligned by a second run
 * of the mesh, so that their errors of alignment differ too, as those of a burst's frames do (docs/recognition.md).
 */
export type Looks = 'plain' | 'mirrored' | 'both';

/** What is asked of one frame. */
export interface FrameOptions {
  readonly severalFaces: 'refuse' | 'largest';
  /** Whether a face that is too small, turned, dark or blurred is refused or taken as it is. */
  readonly enforceQuality: boolean;
  /** Whether presentation attacks are looked for. */
  readonly pad: boolean;
  readonly looks: Looks;
  /** Whether the frame is one of a light challenge. */
  readonly light?: boolean;
}

/** One frame as it travels to a worker. */
export interface FrameTask {
  readonly colour: Uint8Array;
  readonly depth?: { readonly png: Uint8Array; readonly focalPx: number };
  /** Beside depth only. */
  readonly infrared?: { readonly png: Uint8Array; readonly whiteAtMetre: number };
  readonly options: FrameOptions;
  /** Where an earlier frame of the burst showed the face: it is followed by its mesh instead of looked for. */
  readonly follow?: MeshedFace;
}

export interface FrameAnalysis {
  /** L2-normalised. */
  readonly embedding: Float32Array;
  readonly quality: FaceQuality;
  /** Where it is, for the burst's later frames. */
  readonly face: MeshedFace;
  /** Absent when it was not asked for. */
  readonly pad?: FramePad;
  /** The same. */
  readonly light?: LightSample;
}

/** Milliseconds of one frame, per stage; `networks` is the part of all of them inside the networks. */
export interface StageTimings {
  decode: number;
  detect: number;
  pad: number;
  embed: number;
  networks: number;
}

export interface FrameReport {
  readonly outcome: Result<FrameAnalysis, FrameFailureCode>;
  readonly timings: StageTimings;
}

/**
 * In a payment's picture, a second face at least this large beside the first (edges of their boxes) may be
 * the one who pays: refused. Smaller ones are passers-by and are not looked at further.
 */
const RIVAL_SIZE = 0.4;
/** Where the whole picture shows no face of this share of its longer edge, the tiles are searched too. */
const SMALL_FACE_SHARE = 0.12;
/** Longest edge of a photograph (not a terminal's frame) that is shrunk instead of refused: 64-megapixel phones. */
const MAX_PHOTO_EDGE = 9_600;
/** Detector score that is still tried on a photograph when nothing better is there; the mesh then decides. */
const LAST_RESORT_SCORE = 0.2;

/** What a depth camera took of the frame. */
interface DepthFrame {
  readonly picture: DepthPicture;
  readonly focalPx: number;
  readonly infrared: InfraredPicture | undefined;
}

/** All networks of a pack on one thread; one frame at a time. */
export class FramePipeline {
  private readonly pack: InstalledPack;
  private readonly meter: NetworkMeter;
  readonly detector: Detector;
  readonly mesher: FaceMesher;
  private readonly embedder: Embedder;
  private readonly colourPad: ColourPad;

  private constructor(
    pack: InstalledPack,
    meter: NetworkMeter,
    networks: { detector: Detector; mesher: FaceMesher; embedder: Embedder; colourPad: ColourPad },
  ) {
    this.pack = pack;
    this.meter = meter;
    this.detector = networks.detector;
    this.mesher = networks.mesher;
    this.embedder = networks.embedder;
    this.colourPad = networks.colourPad;
  }

  static async load(pack: InstalledPack): Promise<FramePipeline> {
    const meter: NetworkMeter = { spentMs: 0 };
    return new FramePipeline(pack, meter, {
      detector: await Detector.load(pack, meter),
      mesher: await FaceMesher.load(pack, meter),
      embedder: await Embedder.load(pack, meter),
      colourPad: await ColourPad.load(pack, meter),
    });
  }

  /** Runs one frame through all stages; stops at the first that refuses it. */
  async analyse(task: FrameTask): Promise<FrameReport> {
    const timings: StageTimings = { decode: 0, detect: 0, pad: 0, embed: 0, networks: 0 };
    this.meter.spentMs = 0;
    const outcome = await this.run(task, timings);
    timings.networks = this.meter.spentMs;
    // Nothing of the picture outlives its frame.
    WarpArena.ofThisThread().forget();
    return { outcome, timings };
  }

  private async run(task: FrameTask, timings: StageTimings): Promise<FrameReport['outcome']> {
    const { options } = task;
    let startedAt = performance.now();
    const lap = (stage: keyof StageTimings): void => {
      const now = performance.now();
      timings[stage] += now - startedAt;
      startedAt = now;
    };
    const decoded = await decodePicture(
      task.colour,
      options.severalFaces === 'largest' ? MAX_PHOTO_EDGE : MAX_IMAGE_EDGE,
      (bytes) => WarpArena.ofThisThread().roomFor(bytes),
    );
    lap('decode');
    if (!decoded.ok) return err(decoded.error);
    // Before any network runs: a terminal whose depth is broken is told so at once.
    const depth = options.pad && task.depth ? decodeDepth(task.depth.png) : undefined;
    lap('decode');
    if (depth && !depth.ok) return err(depth.error);
    const infrared = depth && task.infrared && decodeInfrared(task.infrared, depth.value);
    lap('decode');
    if (infrared && !infrared.ok) return err(infrared.error);
    const source = new PicturePyramid(decoded.value);
    const followed = task.follow && (await this.followFace(source, task.follow));
    const face = followed ? ok(followed) : await this.findFace(source, options.severalFaces);
    lap('detect');
    if (!face.ok) return err(face.error);

    const { mesh } = face.value;
    const quality = measureQuality(source, this.pointsOf(face.value), mesh);
    const poor = options.enforceQuality
      ? qualityFailure(quality, this.pack.manifest.thresholds.quality)
      : undefined;
    lap('detect');
    if (poor) return err(poor);

    const pad = options.pad
      ? await this.lookForAttack(
          source,
          face.value,
          depth &&
            task.depth && {
              picture: depth.value,
              focalPx: task.depth.focalPx,
              infrared: infrared?.value,
            },
        )
      : undefined;
    const light = options.light ? lightOf(decoded.value, mesh) : undefined;
    lap('pad');
    const embedding = await this.embed(source, face.value, options.looks);
    lap('embed');
    const seen = { embedding, quality, face: face.value };
    return ok({ ...seen, ...(pad && { pad }), ...(light && { light }) });
  }

  private pointsOf({ detection, mesh }: MeshedFace): FivePoints {
    return (this.alignsByDetector && detection.points) || mesh.points;
  }

  private get alignsByDetector(): boolean {
    return this.pack.manifest.embed.pointsFrom === 'detect';
  }

  private async embed(
    source: PicturePyramid,
    face: MeshedFace,
    looks: Looks,
  ): Promise<Float32Array> {
    const { mesh } = face;
    const again =
      looks === 'both' && !this.alignsByDetector ? await this.mesher.refit(source, mesh) : mesh;
    const plain = { points: this.pointsOf({ ...face, mesh: again }), mirrored: false };
    const mirrored = { points: this.pointsOf(face), mirrored: true };
    const aligned: Record<Looks, readonly AlignedLook[]> = {
      plain: [plain],
      mirrored: [mirrored],
      both: [plain, mirrored],
    };
    return this.embedder.embed(source, aligned[looks]);
  }

  /** The detector's box moves and grows as the mesh does. */
  private async followFace(
    source: PicturePyramid,
    { detection, mesh: earlier }: MeshedFace,
  ): Promise<MeshedFace | undefined> {
    const mesh = await this.mesher.follow(source, earlier);
    return mesh && { detection: movedWith(detection, earlier, mesh), mesh };
  }

  private findFace(
    source: PicturePyramid,
    policy: FrameOptions['severalFaces'],
  ): Promise<Result<MeshedFace, 'no_face' | 'several_faces'>> {
    return policy === 'refuse' ? this.findOnlyFace(source) : this.findMainFace(source);
  }

  /** The face of a payment: the only large one. */
  private async findOnlyFace(
    source: PicturePyramid,
  ): Promise<Result<MeshedFace, 'no_face' | 'several_faces'>> {
    const detections = await this.detector.detect(source);
    let payer: MeshedFace | undefined;
    for (const face of detections.toSorted((p, q) => q.box.width - p.box.width)) {
      if (payer && face.box.width < payer.detection.box.width * RIVAL_SIZE) break;
      const meshed = await this.confirmed(source, face);
      if (meshed && payer) return err('several_faces');
      payer ??= meshed;
    }
    return payer ? ok(payer) : err('no_face');
  }

  /** The face that a photograph is of: large and near the middle. */
  private async findMainFace(source: PicturePyramid): Promise<Result<MeshedFace, 'no_face'>> {
    const { picture } = source;
    const longest = Math.max(picture.width, picture.height);
    const centrality = (face: Detection): number => {
      const dx = face.box.x + face.box.width / 2 - picture.width / 2;
      const dy = face.box.y + face.box.height / 2 - picture.height / 2;
      return area(face.box) - 2 * (dx * dx + dy * dy);
    };
    const byCentrality = (faces: readonly Detection[]): Detection[] =>
      faces.toSorted((p, q) => centrality(q) - centrality(p));

    const atOnce = byCentrality(await this.detector.detect(source));
    for (const face of atOnce) {
      if (face.box.width < longest * SMALL_FACE_SHARE) break;
      const meshed = await this.confirmed(source, face);
      if (meshed) return ok(meshed);
    }
    const tiled = await findMeshedFaces(source, this, Math.max(40, longest / 24));
    const [largest] = tiled;
    if (largest) return ok(largest);
    for (const face of byCentrality(
      await this.detector.detect(source, undefined, LAST_RESORT_SCORE),
    )) {
      const meshed = await this.confirmed(source, face);
      if (meshed) return ok(meshed);
    }
    return err('no_face');
  }

  /** What the mesh does not take for a face was a false alarm of the detector. */
  private async confirmed(
    source: PicturePyramid,
    detection: Detection,
  ): Promise<MeshedFace | undefined> {
    const mesh = await this.mesher.fit(source, detection);
    return mesh.presence >= this.mesher.minPresence ? { detection, mesh } : undefined;
  }

  private async lookForAttack(
    source: PicturePyramid,
    { detection, mesh }: MeshedFace,
    depthFrame: DepthFrame | undefined,
  ): Promise<FramePad> {
    const colourLive = await this.colourPad.liveness(source, detection.box);
    const colour = traceColour(source.picture, mesh.points[2]);
    if (!depthFrame) return { colourLive, depth: 'absent', trace: { colour } };
    const { picture, focalPx, infrared } = depthFrame;
    // Both pictures show the same view; they may differ in size.
    const sx = picture.width / source.picture.width;
    const sy = picture.height / source.picture.height;
    const scaled = (p: Point): Point => ({
      x: (p.x + 0.5) * sx - 0.5,
      y: (p.y + 0.5) * sy - 0.5,
    });
    const [p0, p1, p2, p3, p4] = mesh.points;
    const placed = {
      outline: mesh.outline.map(scaled),
      points: [scaled(p0), scaled(p1), scaled(p2), scaled(p3), scaled(p4)],
      focalPx,
    } as const;
    const depth = measureDepth(picture, placed, infrared);
    const trace = { colour, depth: traceDepth(picture, scaled(p2)) };
    return { colourLive, depth: depth ?? 'unreadable', trace };
  }

  /** Overwrites what is left of the last faces inside the embedding networks. */
  async forget(): Promise<void> {
    await this.embedder.forget();
  }

  async close(): Promise<void> {
    await this.detector.close();
    await this.mesher.close();
    await this.embedder.close();
    await this.colourPad.close();
  }
}

function lightOf(picture: Picture, mesh: FaceMesh): LightSample {
  const interEyePx = distance(mesh.points[0], mesh.points[1]);
  return measureLight(picture, { ...mesh, interEyePx });
}
