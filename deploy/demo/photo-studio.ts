import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PictureCamera } from '../../firmware-bridge/camera/picture-camera.ts';
import type { Species } from '../../firmware-bridge/simulator/attack-species.ts';
import { FaceShapeFinder } from '../../firmware-bridge/simulator/face-shape.ts';
import { loadInstalledPack } from '../../models/packs/installed-pack.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import type { FaceInPicture } from './cast.ts';

/** Turns the cast's photos into what a camera sees of them. */
export class PhotoStudio {
  private readonly samplesDir: string;
  private readonly finder: FaceShapeFinder;

  private constructor(samplesDir: string, finder: FaceShapeFinder) {
    this.samplesDir = samplesDir;
    this.finder = finder;
  }

  /** @param modelsDir folder of the installed packs; the sample photos lie in `../samples` */
  static async open(modelsDir: string, packName: string): Promise<PhotoStudio> {
    const pack = await loadInstalledPack(modelsDir, packName);
    return new PhotoStudio(join(modelsDir, '..', 'samples'), await FaceShapeFinder.load(pack));
  }

  /** A counter's camera with this person before it. */
  async camera(
    picture: FaceInPicture,
    how: { readonly seed: string; readonly depth: boolean; readonly species?: Species },
  ): Promise<PictureCamera> {
    const { box } = picture;
    return PictureCamera.open({
      ...how,
      photo: readFileSync(join(this.samplesDir, picture.file)),
      finder: this.finder,
      clock: systemClock,
      person: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
    });
  }

  /** A well lit picture of this person as a JPEG, as one would take it to enrol. */
  async portrait(picture: FaceInPicture): Promise<Uint8Array<ArrayBuffer>> {
    const camera = await this.camera(picture, { seed: 'portrait', depth: false });
    return new Uint8Array(await camera.portrait());
  }
}
