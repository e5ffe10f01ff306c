import type { Point } from '../../models/runtime/analysis.ts';
import { overlapArea } from '../../models/runtime/geometry.ts';
import { decodePicture, type Picture } from '../../models/runtime/picture.ts';
import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import { MAX_FRAMES, type ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { recaptured } from '../simulator/attack-colour.ts';
import type { Species } from '../simulator/attack-species.ts';
import { renderDepth, UnreadablePictureError } from '../simulator/depth-simulator.ts';
import { type FaceShape, type FaceShapeFinder, movedShape } from '../simulator/face-shape.ts';
import { lightByScreen } from '../simulator/screen-light.ts';
import { blurredCopy, withoutFaces } from './backdrop.ts';
import { type Camera, FOCAL_PX, FRAME_HEIGHT, FRAME_WIDTH } from './camera.ts';
import { anyExposure, expose, litExposure, PhotoScene } from './exposure.ts';
import { type Framing, frameAll, frameFace, inverse, shaken } from './framing.ts';

export interface PictureCameraOptions {
  /** The image file's bytes. */
  readonly photo: Uint8Array;
  readonly finder: FaceShapeFinder;
  readonly clock: Clock;
  readonly seed: number | string;
  /** Whether the terminal has a depth sensor. */
  readonly depth: boolean;
  readonly species?: Species;
  /**
   * Who stands at the counter: the largest face, or the one whose box is nearest to a point of the upright photo; all
   * others are made unrecognisable. `everyone` shows the whole photo as it is.
   */
  readonly person?: 'largest' | 'everyone' | Point;
}

/** Longest edge of a photo file that is read, pixels. */
const MAX_PHOTO_EDGE = 12_000;

interface View {
  readonly scene: PhotoScene;
  readonly framing: Framing;
  /** Faces in pixels of the photo, the one at the counter first. */
  readonly faces: readonly FaceShape[];
}

type Untimed = Omit<ProbeFrame, 'takenAt'>;

/**
 * Plays an image file as the counter's camera: framed as a person at the counter, each frame with its own shake, light,
 * blur and noise; depth is SIMULATED (`simulator/`). Same photo and seed, same frames, but for their times.
 */
export class PictureCamera implements Camera {
  private readonly options: PictureCameraOptions;
  private readonly view: View;
  private readonly ready: Untimed[] = [];
  private taken = 0;

  private constructor(options: PictureCameraOptions, view: View) {
    this.options = options;
    this.view = view;
  }

  /** Reads the photo and finds who stands at the counter. @throws UnreadablePictureError */
  static async open(options: PictureCameraOptions): Promise<PictureCamera> {
    const photo = await decodePicture(options.photo, MAX_PHOTO_EDGE);
    if (!photo.ok) throw new UnreadablePictureError(`this photo can't be played: ${photo.error}`);
    return new PictureCamera(options, await viewOf(photo.value, options));
  }

  /** Whether there is a face in the frame. */
  get showsFace(): boolean {
    return this.view.faces.length > 0;
  }

  async takeBurst(count: number): Promise<ProbeFrame[]> {
    assert(count >= 1 && count <= MAX_FRAMES, 'a burst has 1-5 frames');
    const frames: ProbeFrame[] = [];
    for (let i = 0; i < count; i += 1) {
      const takenAt = new Date(this.options.clock.now()).toISOString();
      frames.push({ takenAt, ...(this.ready.shift() ?? (await this.render())) });
    }
    return frames;
  }

  /**
   * Takes a frame in each colour of a light challenge, with the terminal's screen SIMULATED (`simulator/screen-light.ts`).
   * The colours may be others than those that the hub has asked for, as in a recording.
   */
  async takeLit(colours: readonly LightColour[]): Promise<ProbeFrame[]> {
    const frames: ProbeFrame[] = [];
    for (const [lightStep, colour] of colours.entries()) {
      const takenAt = new Date(this.options.clock.now()).toISOString();
      frames.push({ takenAt, lightStep, ...(await this.render(colour)) });
    }
    return frames;
  }

  /** Renders frames ahead, so that a measured payment does not wait for the simulation. */
  async prepare(count: number): Promise<void> {
    while (this.ready.length < count) this.ready.push(await this.render());
  }

  /** A still, well lit, unshaken picture of the person as a JPEG, for enrolment. */
  async portrait(): Promise<Uint8Array> {
    const light = { gain: 1, warmth: 0, gamma: 1, blurPx: 0.3, noise: 0.5, jpegQuality: 95 };
    const rgb = this.view.scene.through(this.view.framing);
    return expose(rgb, light, new SeededRandom(this.options.seed, 'portrait'));
  }

  private async render(colour?: LightColour): Promise<Untimed> {
    const { seed, depth, species = 'bona-fide' } = this.options;
    const number = this.taken;
    this.taken += 1;
    const random = new SeededRandom(seed, 'frame', number);
    const framing = shaken(this.view.framing, random);
    const exposure = colour ? litExposure(random) : anyExposure(random);
    let rgb = this.view.scene.through(framing);
    if (species !== 'bona-fide') {
      // The same artefact in every frame of the burst.
      const picture = { data: rgb, width: FRAME_WIDTH, height: FRAME_HEIGHT };
      rgb = await recaptured(picture, species, new SeededRandom(seed, 'artefact'));
    }
    const toFrame = inverse(framing);
    const [face] = this.view.faces;
    if (colour && face) {
      const frame = { rgb, width: FRAME_WIDTH, height: FRAME_HEIGHT };
      lightByScreen(frame, movedShape(face, toFrame), { colour, species });
    }
    const shot = await expose(rgb, exposure, random);
    if (!depth) return { colour: shot };
    return {
      colour: shot,
      depth: await renderDepth({
        colour: shot,
        focalPx: FOCAL_PX,
        species,
        seed: `${seed}/frame/${number}`,
        faces: this.view.faces.map((each) => movedShape(each, toFrame)),
      }),
    };
  }
}

async function viewOf(photo: Picture, options: PictureCameraOptions): Promise<View> {
  const { finder, person = 'largest' } = options;
  const blurred = await blurredCopy(photo);
  const faces = await finder.find(photo, 'thorough');
  const chosen = typeof person === 'string' ? faces[0] : nearest(faces, person);
  if (person === 'everyone' || !chosen) {
    return { scene: new PhotoScene(photo, blurred), framing: frameAll(photo), faces };
  }
  const others = faces.map((face) => face.box).filter((box) => overlapArea(box, chosen.box) === 0);
  const framing = frameFace(photo, chosen, new SeededRandom(options.seed, 'framing'));
  const alone = withoutFaces(photo, blurred, others);
  return { scene: new PhotoScene(alone, blurred), framing, faces: [chosen] };
}

function nearest(faces: readonly FaceShape[], point: Point): FaceShape | undefined {
  const off = ({ box }: FaceShape): number =>
    Math.hypot(box.x + box.width / 2 - point.x, box.y + box.height / 2 - point.y);
  return faces.toSorted((p, q) => off(p) - off(q))[0];
}
