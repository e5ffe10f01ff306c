import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { assert } from '../../shared/kernel/assert.ts';
import { SealBrokenError } from '../enrolment/sealing.ts';
import type { GalleryBatch } from '../recognition/gallery.ts';

/**
 * A file of the snapshot (ADR 0017): AES-256-GCM under a key of its own that is used this one time; 12 bytes nonce,
 * ciphertext, 16 bytes tag. Inside: the values as little-endian f32, whose each template is as JSON, u32 length of that.
 */

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;
const BYTES_PER_VALUE = Float32Array.BYTES_PER_ELEMENT;
/** Two ids, quoted, and some to spare. */
const OWNER_BYTES = 256;
/** Pieces this small are decrypted into memory that the allocator has at hand; large ones take fresh pages each time. */
const SLICE_BYTES = 64 * 1024;

/** What a file claims to be: it opens under no other name. */
export interface ChunkSeal {
  readonly key: Uint8Array;
  readonly space: string;
  readonly firstId: string;
  readonly lastId: string;
}

const ownersSchema = z.object({
  templateIds: z.array(z.string()),
  shopperIds: z.array(z.string()),
});

/** @returns the file's bytes; nothing of the batch is in them in clear */
export function sealChunk(batch: GalleryBatch, seal: ChunkSeal): Buffer {
  const { templateIds, shopperIds, embeddings } = batch;
  const owners = Buffer.from(JSON.stringify({ templateIds, shopperIds }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(owners.length);
  // the key is used once, so any nonce is as good as another
  const nonce = Buffer.alloc(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', seal.key, nonce);
  cipher.setAAD(contextOf(seal));
  const values = new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
  const parts = [values, owners, length].map((part) => cipher.update(part));
  return Buffer.concat([nonce, ...parts, cipher.final(), cipher.getAuthTag()]);
}

/** Room for the bytes of a file that holds so many templates. */
export function roomFor(templates: number, dimension: number): number {
  return templates * (dimension * BYTES_PER_VALUE + OWNER_BYTES) + LENGTH_BYTES;
}

/**
 * Opens a file into memory that is there already: fresh pages would take longer than everything else.
 *
 * @param room begins at a multiple of four bytes; its beginning becomes the batch's embeddings
 * @throws SealBrokenError where anything about the file is not as it was sealed; `room` is wiped then
 */
export function openChunk(
  sealed: Uint8Array,
  room: Uint8Array,
  seal: ChunkSeal & { readonly dimension: number },
): GalleryBatch {
  try {
    return unpack(decrypt(sealed, room, seal), seal.dimension);
  } catch (cause) {
    room.fill(0);
    throw new SealBrokenError('a file of the snapshot does not open', { cause });
  }
}

/** @returns what of the room is the opened bytes */
function decrypt(sealed: Uint8Array, room: Uint8Array, seal: ChunkSeal): Uint8Array {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', seal.key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(contextOf(seal));
  decipher.setAuthTag(sealed.subarray(end));
  let at = 0;
  for (let from = NONCE_BYTES; from < end; from += SLICE_BYTES) {
    const slice = decipher.update(sealed.subarray(from, Math.min(end, from + SLICE_BYTES)));
    room.set(slice, at);
    slice.fill(0);
    at += slice.length;
  }
  decipher.final();
  return room.subarray(0, at);
}

function unpack(plain: Uint8Array, dimension: number): GalleryBatch {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  const ownersEnd = bytes.length - LENGTH_BYTES;
  const valuesEnd = ownersEnd - bytes.readUInt32LE(ownersEnd);
  const owners = ownersSchema.parse(JSON.parse(bytes.toString('utf8', valuesEnd, ownersEnd)));
  const { templateIds, shopperIds } = owners;
  const values = templateIds.length * dimension;
  assert(
    shopperIds.length === templateIds.length && values * BYTES_PER_VALUE === valuesEnd,
    'as many owners as embeddings',
  );
  return { ...owners, embeddings: new Float32Array(plain.buffer, plain.byteOffset, values) };
}

function contextOf({ space, firstId, lastId }: ChunkSeal): Buffer {
  return Buffer.from(`wuma-gallery-chunk-1\n${space}\n${firstId}\n${lastId}`);
}
