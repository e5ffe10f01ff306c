import jpegTurbo from '@julusian/jpeg-turbo';

/**
 * Decodes a JPEG of which `plainJpegSize` has read the size, on the calling thread. libjpeg-turbo by itself,
 * into memory that is already there, takes a seventh of the processor time of a general pipeline with its
 * threads and fresh buffers; see docs/performance.md.
 *
 * @param room at least `3 * width * height` bytes; the picture is a view of it
 * @returns undefined when the bytes are damaged, cut off or of another size than their header said
 */
export function decodePlainJpeg(
  bytes: Uint8Array,
  size: { readonly width: number; readonly height: number },
  room: Uint8Array,
): { data: Uint8Array; width: number; height: number } | undefined {
  try {
    const { data, width, height } = jpegTurbo.decompressSync(asBuffer(bytes), asBuffer(room), {
      format: jpegTurbo.FORMAT_RGB,
    });
    return width === size.width && height === size.height ? { data, width, height } : undefined;
  } catch {
    return undefined;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
