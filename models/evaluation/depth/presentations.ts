import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { FivePoints, Point } from '../../runtime/analysis.ts';
import type { DepthPicture, InfraredPicture } from '../../runtime/picture.ts';
import { type ArtefactSpecies, buildArtefact, buildPerson, type Staging } from './artefacts.ts';
import type { DepthCamera } from './depth-cameras.ts';
import type { FaceSource } from './face-surface.ts';
import { senseInfrared } from './infrared-camera.ts';
import { drawBody, drawWall, emptyScene, type Placement, placed, projected } from './scene.ts';

/** A simulated presentation as the product would meet it: the depth picture, and where the face network saw the face. */
export interface Presentation {
  readonly picture: DepthPicture;
  /** Of the same shot; only where it was asked for. */
  readonly infrared?: InfraredPicture;
  readonly focalPx: number;
  readonly points: FivePoints;
  readonly outline: readonly Point[];
  readonly distanceMm: number;
}

export interface PresentationRequest {
  readonly species: ArtefactSpecies | 'bona-fide';
  readonly camera: DepthCamera;
  readonly faces: FaceSource;
  readonly seed: number | string;
  readonly infrared?: boolean;
}

/** Distances that attacks are held at, mm. */
export const HELD_MM = { from: 300, to: 1_200 } as const;
/** What is drawn: the face and a hand's breadth around it, mm. */
const VIEW_MM = { width: 250, height: 330 } as const;
/** How far the face network is off, as a share of the distance between the eyes (standard deviation). */
const POINT_ERROR = 0.02;

/** Makes one presentation. The same request gives the same picture. */
export function simulatePresentation(request: PresentationRequest): Presentation {
  const { species, camera, faces } = request;
  const random = new SeededRandom(request.seed, species, camera.name);
  const focalPx = camera.focalPx[random.below(camera.focalPx.length)] as number;
  const distanceMm = random.between(HELD_MM.from, HELD_MM.to);
  const px = focalPx / distanceMm;
  const scene = emptyScene(
    Math.round(VIEW_MM.width * px),
    Math.round(VIEW_MM.height * px),
    focalPx,
  );
  const paint = new SeededRandom(request.seed, species, camera.name, 'paint');
  const staging: Staging = { random, paint, faces };
  const built = species === 'bona-fide' ? buildPerson(staging) : buildArtefact(species, staging);
  const at: Placement = {
    yaw: degrees(random, built.turnDeg),
    pitch: degrees(random, built.turnDeg * 0.8),
    roll: degrees(random, 10),
    x: random.between(-15, 15),
    y: random.between(-15, 15),
    distance: distanceMm,
  };
  for (const { body, offset } of built.bodies) {
    drawBody(scene, body, { ...at, distance: at.distance + offset });
  }
  drawWall(scene, {
    mm: distanceMm + random.between(250, 1_500),
    slope: random.between(-0.4, 0.4),
    albedo: random.between(0.2, 0.9),
  });
  const error = (): number => random.normal() * POINT_ERROR;
  const points = pointsOf(projected(placed(built.points, at), scene));
  const eyesPx = Math.hypot(
    (points[1]?.x ?? 0) - (points[0]?.x ?? 0),
    (points[1]?.y ?? 0) - (points[0]?.y ?? 0),
  );
  return {
    picture: {
      data: camera.sense(scene, random),
      width: scene.width,
      height: scene.height,
    },
    ...(request.infrared && { infrared: senseInfrared(scene, paint) }),
    focalPx,
    points: points.map((p) => ({
      x: p.x + error() * eyesPx,
      y: p.y + error() * eyesPx,
    })) as unknown as FivePoints,
    outline: pointsOf(projected(placed(built.outline, at), scene)),
    distanceMm,
  };
}

function degrees(random: SeededRandom, upTo: number): number {
  return (random.between(-upTo, upTo) * Math.PI) / 180;
}

function pointsOf(flat: Float64Array): Point[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    x: flat[i * 2] as number,
    y: flat[i * 2 + 1] as number,
  }));
}
