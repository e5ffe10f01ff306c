import { readFileSync } from 'node:fs';

/** One thing that a process did to a file below the recorded folder; names are relative to it. */
export type Operation =
  | { readonly kind: 'opened' | 'created'; readonly inode: bigint; readonly name: string }
  | {
      readonly kind: 'write';
      readonly inode: bigint;
      readonly name: string;
      readonly offset: number;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'truncate'; readonly inode: bigint; readonly length: number }
  | {
      readonly kind: 'flush-begins' | 'flushed';
      readonly inode: bigint;
      readonly name: string;
      /** A folder's flush brings names onto the disk, a file's its bytes. */
      readonly folder: boolean;
    }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly name: string };

/** kind, length of the name, length of the data, inode, offset: `struct record` of recorder.c */
const HEAD_BYTES = 1 + 2 + 4 + 8 + 8;

/** Reads the log that recorder.c writes, in order. The bytes are views of one buffer. */
export function readRecording(path: string): Operation[] {
  const log = readFileSync(path);
  const operations: Operation[] = [];
  let at = 0;
  while (at + HEAD_BYTES <= log.length) {
    const nameBytes = log.readUInt16LE(at + 1);
    const dataBytes = log.readUInt32LE(at + 3);
    const nameAt = at + HEAD_BYTES;
    const dataAt = nameAt + nameBytes;
    const next = dataAt + dataBytes;
    // the last record of a process that was killed
    if (next > log.length) break;
    operations.push(
      operationOf({
        kind: String.fromCharCode(log[at] ?? 0),
        inode: log.readBigUInt64LE(at + 7),
        offset: Number(log.readBigUInt64LE(at + 15)),
        name: log.toString('utf8', nameAt, dataAt),
        data: log.subarray(dataAt, next),
      }),
    );
    at = next;
  }
  return operations;
}

function operationOf(record: {
  readonly kind: string;
  readonly inode: bigint;
  readonly offset: number;
  readonly name: string;
  readonly data: Buffer;
}): Operation {
  const { inode, offset, name, data } = record;
  switch (record.kind) {
    case 'O':
      return { kind: 'opened', inode, name };
    case 'C':
      return { kind: 'created', inode, name };
    case 'W':
      return { kind: 'write', inode, name, offset, bytes: data };
    case 'T':
      return { kind: 'truncate', inode, length: offset };
    case 'B':
      return { kind: 'flush-begins', inode, name, folder: offset === 1 };
    case 'E':
      return { kind: 'flushed', inode, name, folder: offset === 1 };
    case 'R':
      return { kind: 'rename', from: name, to: data.toString('utf8') };
    case 'U':
      return { kind: 'unlink', name };
    default:
      throw new Error(`the recording has a record of kind "${record.kind}"`);
  }
}
