/** Markers that stand alone, without a length: restarts and temporary. */
const isBare = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01;
/** Frame headers: all SOFn but DHT, JPG and DAC, which share their range. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const START_OF_SCAN = 0xda;
/** EXIF, colour profile, Adobe's colour transform: what the pixels cannot be read without. */
const TELLING: ReadonlySet<number> = new Set([0xe1, 0xe2, 0xee]);

/**
 * The size of a JPEG as cameras of terminals send it: 8 bits, three channels, no EXIF, no colour profile, so
 * that nothing has to be done to its pixels. Saves a general decoder's look at the header.
 *
 * @returns undefined for any other JPEG and for anything else
 */
export function plainJpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xff_d8) return undefined;
  let size: { width: number; height: number } | undefined;
  let at = 2;
  while (at + 4 <= bytes.length && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === START_OF_SCAN) return size;
    if (TELLING.has(marker)) return undefined;
    if (isFrame(marker)) {
      if (at + 10 > bytes.length) return undefined;
      const plain = view.getUint8(at + 4) === 8 && view.getUint8(at + 9) === 3;
      if (!plain) return undefined;
      size = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += isBare(marker) ? 2 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
