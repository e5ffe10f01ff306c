import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBinaryCopy } from './binary-copy.ts';

type Field = Buffer | undefined;

/** As PostgreSQL sends it. */
function copyOf(rows: readonly (readonly Field[])[]): Buffer {
  const int16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
  };
  const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const header = [Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), int32(0), int32(0)];
  const body = rows.flatMap((row) => [
    int16(row.length),
    ...row.flatMap((field) => (field ? [int32(field.length), field] : [int32(-1)])),
  ]);
  return Buffer.concat([...header, ...body, int16(-1)]);
}

async function* piecesOf(bytes: Buffer, ends: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const end of [...ends.map((at) => at % bytes.length), bytes.length].toSorted(
    (a, b) => a - b,
  )) {
    yield bytes.subarray(from, end);
    from = end;
  }
}

/** A row's first field. */
function firstField(bytes: DataView, at: number): string | undefined {
  const length = bytes.getInt32(at);
  if (length < 0) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, length).toString('hex');
}

const field = fc.option(
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  { nil: undefined },
);
const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 20 });

describe('readBinaryCopy', () => {
  it('tells every row once, wherever pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.nat(), { maxLength: 30 }), async (sent, ends) => {
        const read: (string | undefined)[] = [];
        await readBinaryCopy(piecesOf(copyOf(sent), ends), (bytes, at) => {
          read.push(firstField(bytes, at));
        });
        expect(read).toEqual(sent.map((row) => row[0]?.toString('hex')));
      }),
    );
  });

  it('takes no copy for whole that is not', async () => {
    const whole = copyOf([[Buffer.from('tea')], [Buffer.from('noodles'), undefined]]);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = readBinaryCopy(piecesOf(whole.subarray(0, length), []), () => undefined);
      await expect(cut).rejects.toThrow(RangeError);
    }
  });
});
