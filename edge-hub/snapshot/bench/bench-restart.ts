import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { SyntheticPeople } from '../../../models/index/bench/synthetic-people.ts';
import { openGalleryIndex } from '../../../models/index/threaded-index.ts';
import { TemplateKeyRing } from '../../../models/template-protection/key-ring.ts';
import {
  TEMPLATE_KEY_BYTES,
  templateKey,
} from '../../../models/template-protection/template-key.ts';
import { assert } from '../../../shared/kernel/assert.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { type OpenDatabase, openDatabase } from '../../db/database.ts';
import { newPersonKey, sealTemplate, wrapPersonKey } from '../../enrolment/sealing.ts';
import { encodeTemplate } from '../../enrolment/template-codec.ts';
import { secretFile } from '../../identity.ts';
import { Gallery } from '../../recognition/gallery.ts';
import { ChunkStore } from '../chunk-store.ts';
import { GallerySnapshot } from '../gallery-snapshot.ts';
import { PeopleStore } from './people-store.ts';

export interface RestartSettings {
  readonly rows: number;
  readonly dimension: number;
  /** Where the database stays for the next time; by default it goes. */
  readonly dir: string | undefined;
  readonly onProgress: (text: string) => void;
}

export interface RestartBench {
  readonly rows: number;
  readonly dimension: number;
  readonly databaseMb: number;
  readonly snapshotMb: number;
  /** Every template opened from its row, and all put into files on the way. */
  readonly fromRowsS: number;
  /** Processor time of that, of all threads: on a busy machine it tells more. */
  readonly fromRowsCpuS: number;
  /** Every template from the files. */
  readonly fromFilesS: number;
  readonly fromFilesCpuS: number;
  /** The first insert and the first erasure after that, ms. */
  readonly firstInsertMs: number;
  readonly firstEraseMs: number;
}

const PACK_ID = 'bench-1';
/** Synthetic people need no secret. */
const KEYS = new TemplateKeyRing([templateKey(Buffer.alloc(TEMPLATE_KEY_BYTES, 1))]);
const NOTHING_SAID = { phone: null, phoneLast4: null, pin: null, minor: false };
const SEED = 1;
const ROWS_A_TRANSACTION = 2_000;

/** Fills a hub's database with sealed synthetic people, and starts its gallery from rows and from files. */
export async function benchRestart(settings: RestartSettings): Promise<RestartBench> {
  const dir = settings.dir ?? mkdtempSync(join(tmpdir(), 'wuma-restart-'));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  try {
    return await benchIn(dir, settings);
  } finally {
    if (settings.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

async function benchIn(dir: string, settings: RestartSettings): Promise<RestartBench> {
  const { rows, dimension, onProgress } = settings;
  const hubKey = secretFile(join(dir, 'hub.key'), randomBytes);
  const databasePath = join(dir, 'hub.db');
  const database = openDatabase(databasePath);
  try {
    const people = new PeopleStore(database.db);
    fill(database, people, { ...settings, hubKey });
    assert(people.count() === rows, 'the folder holds a gallery of another size');
    database.truncateLog();
    people.dropSnapshot();
    const start = async () => startOnce({ database, databasePath, dir, hubKey, dimension });
    onProgress('starting from rows');
    const fromRows = await start();
    assert(fromRows.figures.fromRows === rows, 'all from rows');
    onProgress('starting from files');
    const fromFiles = await start();
    assert(fromFiles.figures.fromFiles === rows, 'all from files');
    return {
      rows,
      dimension,
      databaseMb: statSync(databasePath).size / 1e6,
      snapshotMb: (await bytesIn(join(dir, 'gallery'))) / 1e6,
      fromRowsS: fromRows.figures.tookMs / 1_000,
      fromRowsCpuS: fromRows.cpuS,
      fromFilesS: fromFiles.figures.tookMs / 1_000,
      fromFilesCpuS: fromFiles.cpuS,
      firstInsertMs: fromFiles.firstInsertMs,
      firstEraseMs: fromFiles.firstEraseMs,
    };
  } finally {
    database.close();
  }
}

async function startOnce(hub: {
  readonly database: OpenDatabase;
  readonly databasePath: string;
  readonly dir: string;
  readonly hubKey: Buffer;
  readonly dimension: number;
}) {
  const { database, databasePath, dimension, hubKey } = hub;
  const index = await openGalleryIndex({ engine: 'exact', dimension });
  const gallery = new Gallery(index);
  const snapshot = new GallerySnapshot({
    gallery,
    store: new ChunkStore(database),
    databasePath,
    dir: join(hub.dir, 'gallery'),
    hubKey,
    templateKeys: KEYS,
    pack: { packId: PACK_ID, dimension },
    space: `${PACK_ID} ${dimension}`,
    random: randomBytes,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
  });
  const before = process.cpuUsage();
  const figures = await snapshot.load();
  const { user, system } = process.cpuUsage(before);
  const embedding = new SyntheticPeople({ dimension, seed: SEED }).impostorProbe(1);
  const insertAt = performance.now();
  await gallery.insert({ templateId: 'new', shopperId: 'new', embedding });
  const eraseAt = performance.now();
  await gallery.eraseShopper('new');
  const firstEraseMs = performance.now() - eraseAt;
  await index.close();
  return { figures, cpuS: (user + system) / 1e6, firstInsertMs: eraseAt - insertAt, firstEraseMs };
}

/** Adds people until there are as many as wanted. */
function fill(
  { transact }: OpenDatabase,
  people: PeopleStore,
  { rows, dimension, hubKey, onProgress }: RestartSettings & { readonly hubKey: Buffer },
): void {
  const synthetic = new SyntheticPeople({ dimension, seed: SEED });
  const embedding = new Float32Array(dimension);
  for (let from = people.count(); from < rows; from += ROWS_A_TRANSACTION) {
    transact(() => {
      for (let i = from; i < Math.min(rows, from + ROWS_A_TRANSACTION); i += 1) {
        synthetic.person(i, embedding);
        people.put(sealed(i, embedding, hubKey));
      }
    });
    if (from % (ROWS_A_TRANSACTION * 25) === 0) onProgress(`${from} people stored`);
  }
}

function sealed(number: number, embedding: Float32Array, hubKey: Buffer) {
  const shopperId = idOf(2 * number);
  const templateId = idOf(2 * number + 1);
  const personKey = newPersonKey(randomBytes);
  const plain = encodeTemplate({ embedding, keyId: KEYS.inForce.id, ...NOTHING_SAID });
  return {
    shopperId,
    templateId,
    packId: PACK_ID,
    wrappedKey: wrapPersonKey(personKey, { hubKey, shopperId, random: randomBytes }),
    sealed: sealTemplate(plain, { shopperId, packId: PACK_ID, personKey, random: randomBytes }),
  };
}

/** As long as a UUID and, as those of version 7, one after the other. */
function idOf(number: number): string {
  const hex = number.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

async function bytesIn(dir: string): Promise<number> {
  const names = await readdir(dir);
  return names.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}
