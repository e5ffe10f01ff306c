/** `PGCOPY\n\377\r\n\0`, flags, and the length of an extension. */
const HEADER_BYTES = 19;
/** In the place of a row's number of fields: there are no more. */
const END = -1;
const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;

/** Is told of a row where its first field begins, the field's length before it. The bytes are good until it returns. */
export type OnRow = (bytes: DataView, at: number) => void;

/**
 * Reads the rows of a binary COPY, one after the other (PostgreSQL's documentation, "COPY, Binary Format").
 *
 * @param pieces as they come: a row may lie in several
 * @throws RangeError where they end before the copy does
 */
export async function readBinaryCopy(pieces: AsyncIterable<Buffer>, onRow: OnRow): Promise<void> {
  let left: Buffer = Buffer.alloc(0);
  let isBegun = false;
  for await (const piece of pieces) {
    const bytes = left.length === 0 ? piece : Buffer.concat([left, piece]);
    const from = isBegun ? 0 : HEADER_BYTES;
    left = bytes;
    if (bytes.length < from) continue;
    isBegun = true;
    const end = readRows(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), from, onRow);
    if (end === undefined) return;
    left = bytes.subarray(end);
  }
  throw new RangeError('the copy has not ended');
}

/** @returns where a row begins that is not whole; undefined at the copy's end */
function readRows(bytes: DataView, from: number, onRow: OnRow): number | undefined {
  for (let at = from; ; ) {
    if (at + COUNT_BYTES > bytes.byteLength) return at;
    const fields = bytes.getInt16(at);
    if (fields === END) return undefined;
    const end = endOfFields(bytes, at + COUNT_BYTES, fields);
    if (end > bytes.byteLength) return at;
    onRow(bytes, at + COUNT_BYTES);
    at = end;
  }
}

/** @returns where the fields end, somewhere after the last byte where they are not whole */
function endOfFields(bytes: DataView, from: number, fields: number): number {
  let at = from;
  for (let field = 0; field < fields; field += 1) {
    if (at + LENGTH_BYTES > bytes.byteLength) return at + LENGTH_BYTES;
    // of a null the length is -1
    at += LENGTH_BYTES + Math.max(0, bytes.getInt32(at));
  }
  return at;
}
