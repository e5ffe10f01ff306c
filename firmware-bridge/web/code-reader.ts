import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import readerAddress from 'zxing-wasm/reader/zxing_reader.wasm?url';

// the package would fetch it from somewhere else
prepareZXingModule({ overrides: { locateFile: () => readerAddress } });

/** Wider than this the camera's picture is made smaller: a code fills a good part of it anyway. */
const LONGEST_EDGE = 1_280;

/** @returns the text of the QR code that the camera sees; undefined where it sees none */
export async function readCode(video: HTMLVideoElement): Promise<string | undefined> {
  const picture = pictureOf(video);
  if (!picture) return undefined;
  const options = { formats: ['QRCode' as const], maxNumberOfSymbols: 1 };
  const [found] = await readBarcodes(picture, options);
  return found?.isValid ? found.text : undefined;
}

function pictureOf(video: HTMLVideoElement): ImageData | undefined {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return undefined;
  const scale = Math.min(1, LONGEST_EDGE / Math.max(videoWidth, videoHeight));
  const width = Math.round(videoWidth * scale);
  const height = Math.round(videoHeight * scale);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, width, height);
  return context?.getImageData(0, 0, width, height);
}
