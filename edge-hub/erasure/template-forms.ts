import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutFor } from '../../models/index/exact/gallery-layout.ts';
import { GalleryRows } from '../../models/index/exact/gallery-rows.ts';
import { createKernelMemory } from '../../models/index/kernel/wasm-kernel.ts';
import { openTemplate, unwrapPersonKey } from '../enrolment/sealing.ts';
import { decodeTemplate } from '../enrolment/template-codec.ts';
import type { Needles } from './byte-search.ts';
import { type StoredTemplate, storedTemplatesOf } from './stored-template-store.ts';

/** Ciphertext whose key is gone: nothing can be read from it. */
export const SEALED_FORM = 'sealed template';

/**
 * Every form in which a hub has a person's templates, at rest and at work. They are secrets: kept in memory only, and wiped by
 * the caller (`wipeForms`).
 *
 * @param dataDir the hub's data folder, with its key
 * @returns undefined for somebody whom the hub does not know
 * @throws NotAHubError, SealBrokenError
 */
export function formsOf(dataDir: string, shopperId: string): Needles | undefined {
  const stored = storedTemplatesOf(join(dataDir, 'hub.db'), shopperId);
  if (stored.length === 0) return undefined;
  const hubKey = Buffer.from(readFileSync(join(dataDir, 'hub.key'), 'utf8'), 'base64');
  const forms: Record<string, Uint8Array> = {};
  for (const [i, each] of stored.entries()) {
    const former = i === 0 ? '' : `, ${each.packId}`;
    for (const [name, bytes] of Object.entries(formsOfOne(each, { hubKey, shopperId }))) {
      forms[`${name}${former}`] = bytes;
    }
  }
  hubKey.fill(0);
  return forms;
}

/** Overwrites them. */
export function wipeForms(forms: Needles): void {
  for (const bytes of Object.values(forms)) bytes.fill(0);
}

function formsOfOne(
  { packId, wrappedKey, sealed }: StoredTemplate,
  { hubKey, shopperId }: { readonly hubKey: Buffer; readonly shopperId: string },
): Needles {
  const personKey = unwrapPersonKey(wrappedKey, { hubKey, shopperId });
  const atRest = { 'wrapped key': wrappedKey, 'person key': personKey, [SEALED_FORM]: sealed };
  const template = decodeTemplate(openTemplate(sealed, { shopperId, packId, personKey }));
  if (!template) return atRest;
  const { embedding } = template;
  return {
    ...atRest,
    template: new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength),
    'template, float64': new Uint8Array(Float64Array.from(embedding).buffer),
    'template, int8 of the index': codesOf(embedding),
  };
}

function codesOf(embedding: Float32Array): Uint8Array {
  const memory = createKernelMemory();
  const rows = new GalleryRows(memory, layoutFor(embedding.length));
  rows.makeRoom(1);
  rows.put('one', embedding);
  const at = rows.placeOf(0, 'codes');
  return new Uint8Array(memory.buffer.slice(at, at + embedding.length));
}
