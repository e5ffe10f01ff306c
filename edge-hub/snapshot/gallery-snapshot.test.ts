import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GalleryIndex } from '../../models/index/gallery-index.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { TemplateKeyRing } from '../../models/template-protection/key-ring.ts';
import { TEMPLATE_KEY_BYTES, templateKey } from '../../models/template-protection/template-key.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { newId } from '../../test/support/test-hub.ts';
import { type OpenDatabase, openDatabase } from '../db/database.ts';
import { unwrapChunkKey } from '../enrolment/sealing.ts';
import { ShopperStore } from '../enrolment/shopper-store.ts';
import { TemplateProtection } from '../enrolment/template-protection.ts';
import { TemplateVault } from '../enrolment/vault.ts';
import { Gallery } from '../recognition/gallery.ts';
import { ChunkStore } from './chunk-store.ts';
import { GallerySnapshot, type LoadFigures } from './gallery-snapshot.ts';
import { openChunk, roomFor } from './sealed-chunk.ts';

const pack = { packId: 'open-1', dimension: 32 };
const SPACE = 'open-1 32';
const CHUNK_ROWS = 8;
const random = (bytes: number): Buffer => randomBytes(bytes);
const KEYS = new TemplateKeyRing([templateKey(randomBytes(TEMPLATE_KEY_BYTES))]);
const consent = {
  textVersion: '1',
  language: 'en' as const,
  givenAt: '2026-01-01T00:00:00.000Z',
  streets: ['street-test'],
};

const ACTIONS = ['enrol', 'enrol again', 'erase', 'write', 'damage', 'restart'] as const;

let index: GalleryIndex;
/** What is in it of the last start. */
let loaded: readonly string[] = [];
beforeAll(async () => {
  index = await openGalleryIndex({ engine: 'exact', dimension: pack.dimension });
});
afterAll(() => index.close());

/** A hub's data folder, without the hub around it. */
class Street {
  readonly dir = mkdtempSync(join(tmpdir(), 'wuma-snapshot-'));
  readonly databasePath = join(this.dir, 'hub.db');
  readonly files = mkFolder(join(this.dir, 'gallery'));
  readonly database: OpenDatabase = openDatabase(this.databasePath);
  readonly shoppers = new ShopperStore(this.database.db);
  readonly chunks = new ChunkStore(this.database);
  readonly hubKey: Buffer = random(32);
  readonly vault = new TemplateVault({
    store: this.shoppers,
    hubKey: this.hubKey,
    protection: new TemplateProtection(KEYS),
    random,
  });
  readonly faces = new Map<string, Float32Array>();

  enrol(shopperId = newId()): string {
    const raw = Float32Array.from({ length: pack.dimension }, () => Math.random() - 0.5);
    const embedding = raw.map((value) => value / Math.hypot(...raw));
    const content = { embedding, phone: null, phoneLast4: null, pin: null, minor: false };
    const createdAt = consent.givenAt;
    const templateId = newId();
    const person = { shopperId, templateId, ...pack, consent, content, createdAt };
    this.database.transact(() => this.vault.put({ ...person, origin: 'enrolled' }));
    this.faces.set(shopperId, embedding);
    return shopperId;
  }

  erase(shopperId: string): void {
    this.database.transact(() => this.shoppers.erase(shopperId, consent.givenAt));
    this.database.truncateLog();
    this.faces.delete(shopperId);
  }

  /** Starts anew; the gallery must be what the database says, whatever became of the files. */
  async restart(hubKey = this.hubKey): Promise<LoadFigures & { readonly people: number }> {
    await index.update({ erase: loaded });
    const gallery = new Gallery(index);
    const figures = await this.snapshot(gallery, hubKey).load();
    if (hubKey === this.hubKey) {
      expect(gallery.size).toBe(this.faces.size);
      for (const [shopperId, face] of this.faces) {
        const [best] = (await gallery.search(face)).candidates;
        expect(best?.shopperId).toBe(shopperId);
        expect(best?.score).toBeCloseTo(1, 5);
      }
    }
    loaded = [...this.shoppers.sealedOf(pack.packId)].map(({ templateId }) => templateId);
    return { ...figures, people: gallery.peopleCount };
  }

  snapshot(gallery: Gallery, hubKey = this.hubKey): GallerySnapshot {
    return new GallerySnapshot({
      gallery,
      store: this.chunks,
      databasePath: this.databasePath,
      dir: this.files,
      hubKey,
      templateKeys: KEYS,
      pack,
      space: SPACE,
      chunkRows: CHUNK_ROWS,
      random,
      clock: systemClock,
      logger: pino({ level: 'silent' }),
    });
  }

  /** Writes what has changed, as the running hub does after a while. */
  async writeChanged(): Promise<void> {
    await this.snapshot(new Gallery(index)).writeChanged();
  }

  /** Something that happens to people or files; `number` says to which. */
  async act(action: (typeof ACTIONS)[number], number: number): Promise<void> {
    const one = [...this.faces.keys()][number % Math.max(1, this.faces.size)];
    const files = this.chunkFiles();
    const file = files[number % Math.max(1, files.length)];
    if (action === 'enrol') for (let i = 0; i <= number % 11; i += 1) this.enrol();
    if (action === 'enrol again' && one) this.enrol(one);
    if (action === 'erase' && one) this.erase(one);
    if (action === 'write') await this.writeChanged();
    if (action === 'restart') await this.restart();
    if (action === 'damage' && file) flipBit(file, number % statSync(file).size);
  }

  chunkFiles(): string[] {
    return readdirSync(this.files).map((name) => join(this.files, name));
  }

  close(): void {
    this.database.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

let street: Street;
beforeEach(() => {
  street = new Street();
});
afterEach(() => street.close());

const enrolMany = (count: number): string[] => Array.from({ length: count }, () => street.enrol());

describe('a restart', () => {
  it('reads rows the first time and files from then on, and finds everybody', async () => {
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 0 });
    enrolMany(20);
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 20, people: 20 });
    expect(street.chunkFiles()).toHaveLength(3);
    expect(await street.restart()).toMatchObject({ fromFiles: 20, fromRows: 0, people: 20 });
  });

  it('opens the rows of files that are not what they should be, and replaces them', async () => {
    enrolMany(32);
    await street.restart();
    const [cut, changed, exchanged, gone] = street.chunkFiles();
    const intact = readFileSync(present(cut, 'a file'));
    writeFileSync(present(cut, 'a file'), intact.subarray(0, -1));
    flipBit(present(changed, 'a file'), 200);
    writeFileSync(present(exchanged, 'a file'), intact);
    rmSync(present(gone, 'a file'));
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 32, broken: 0 });
    expect(street.chunkFiles()).toHaveLength(4);
    expect(await street.restart()).toMatchObject({ fromFiles: 32, fromRows: 0 });
  });

  it('uses no file of another pack, another hub key, or that was being written at a crash', async () => {
    enrolMany(9);
    await street.restart();
    const other = await street.restart(random(32));
    expect(other).toMatchObject({ fromFiles: 0, fromRows: 0, broken: 9, people: 0 });
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 9 });
    const [chunk] = street.chunks.written(SPACE);
    const { chunkId, ...rest } = present(chunk, 'a file');
    street.chunks.drop(chunkId);
    // begun again, and not finished; its file is whole
    street.chunks.begin({ ...rest, chunkId });
    expect(await street.restart()).toMatchObject({ fromFiles: 1, fromRows: 8 });
    for (const { chunkId: id, ...foreign } of street.chunks.written(SPACE)) {
      street.chunks.drop(id);
      street.chunks.begin({ ...foreign, chunkId: id, space: 'open-2 32' });
      street.chunks.finish(id);
    }
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 9 });
  });

  it('is right after whatever has happened to people and files', { timeout: 60_000 }, async () => {
    const property = fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...ACTIONS), fc.nat(1_000)), {
          minLength: 4,
          maxLength: 9,
        }),
        async (steps) => {
          const drawn = new Street();
          try {
            for (let i = 0; i < 20; i += 1) drawn.enrol();
            await drawn.restart();
            for (const [action, number] of steps) await drawn.act(action, number);
            await drawn.restart();
          } finally {
            drawn.close();
          }
        },
      ),
      { numRuns: 4 },
    );
    await expect(property).resolves.toBeUndefined();
  });
});

describe('an erasure', () => {
  it('takes the key of the file that the person is in, and leaves no byte of it', async () => {
    const people = enrolMany(16);
    await street.restart();
    const erased = present(people[3], 'a person');
    const [chunk] = street.chunks.written(SPACE);
    const { chunkId, wrappedKey, firstId, lastId } = present(chunk, 'a file');
    const file = readFileSync(join(street.files, chunkId));
    const key = unwrapChunkKey(wrappedKey, { hubKey: street.hubKey, chunkId });
    const seal = { key, space: SPACE, firstId, lastId, dimension: pack.dimension };
    const room = (): Uint8Array => new Uint8Array(roomFor(CHUNK_ROWS, pack.dimension));
    expect(openChunk(file, room(), seal).shopperIds).toContain(erased);

    street.erase(erased);
    const everything = Buffer.concat(filesUnder(street.dir).map((path) => readFileSync(path)));
    expect(street.chunks.written(SPACE)).toHaveLength(1);
    expect(everything.includes(wrappedKey.subarray(0, 16))).toBe(false);
    expect(everything.includes(wrappedKey.subarray(-16))).toBe(false);
    expect(everything.includes(key)).toBe(false);
    await street.writeChanged();
    expect(street.chunkFiles()).not.toContain(join(street.files, chunkId));
    expect(await street.restart()).toMatchObject({ fromFiles: 15, fromRows: 0 });
  });

  it('that comes while the file is being written makes it worth nothing', async () => {
    const people = enrolMany(5);
    await street.restart();
    const [chunk] = street.chunks.written(SPACE);
    const { chunkId, ...rest } = present(chunk, 'a file');
    street.chunks.drop(chunkId);
    street.chunks.begin({ ...rest, chunkId });
    street.erase(present(people[0], 'a person'));
    street.chunks.finish(chunkId);
    expect(street.chunks.written(SPACE)).toEqual([]);
    expect(await street.restart()).toMatchObject({ fromFiles: 0, fromRows: 4 });
  });

  it('of anybody leaves the other files as they are', async () => {
    const people = enrolMany(24);
    await street.restart();
    street.erase(present(people[0], 'a person'));
    expect(await street.restart()).toMatchObject({ fromFiles: 16, fromRows: 7 });
  });
});

it('enrolments one by one do not leave a file each', async () => {
  for (let i = 0; i < 6; i += 1) {
    street.enrol();
    await street.writeChanged();
  }
  expect(street.chunkFiles().length).toBeLessThanOrEqual(2);
  expect(await street.restart()).toMatchObject({ fromFiles: 6, fromRows: 0 });
});

it('nothing in a file is in clear', async () => {
  const people = enrolMany(8);
  await street.restart();
  const bytes = Buffer.concat(street.chunkFiles().map((path) => readFileSync(path)));
  for (const shopperId of people) {
    const face = present(street.faces.get(shopperId), 'a face');
    expect(bytes.includes(Buffer.from(face.buffer).subarray(0, 16))).toBe(false);
    expect(bytes.includes(shopperId)).toBe(false);
  }
});

function mkFolder(path: string): string {
  mkdirSync(path);
  return path;
}

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
