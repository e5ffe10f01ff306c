import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { HubClient } from '../../deploy/cli/hub-client.ts';
import { SHOPPERS } from '../../deploy/demo/cast.ts';
import { newId } from '../../deploy/demo/counter.ts';
import { PhotoStudio } from '../../deploy/demo/photo-studio.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import type { StackProcess } from '../../deploy/stack/child-process.ts';
import { startService } from '../../deploy/stack/service.ts';
import { ByteSearch, type Needles } from '../../edge-hub/erasure/byte-search.ts';
import { proveErasureCommand } from '../../edge-hub/erasure/command.ts';
import { OVERWRITES_FREED_MEMORY } from '../../edge-hub/erasure/freed-memory.ts';
import {
  type ErasureProof,
  MOST_CIPHERTEXT_WINDOWS,
} from '../../edge-hub/erasure/prove-erasure.ts';
import { formsOf, SEALED_FORM } from '../../edge-hub/erasure/template-forms.ts';
import { type InstalledPack, loadInstalledPack } from '../../models/packs/installed-pack.ts';
import { fuseBurst } from '../../models/runtime/burst-fusion.ts';
import { cosine } from '../../models/runtime/embedder.ts';
import { type FrameOptions, FramePipeline } from '../../models/runtime/frame-pipeline.ts';
import { Network } from '../../models/runtime/network.ts';
import { readKeyRing } from '../../models/template-protection/key-ring.ts';
import { KeyedTransform } from '../../models/template-protection/keyed-transform.ts';
import { present } from '../../shared/kernel/assert.ts';
import { runCommandLine } from '../../shared/kernel/command-line.ts';
import { eventually } from '../support/eventually.ts';
import { RawTerminal } from '../support/raw-terminal.ts';
import { MODELS_DIR } from '../support/street.ts';

const HUB = 'hub-test';
const TERMINAL = 'test-t1';
const ENROLLED = present(SHOPPERS[6], 'a shopper');
/** Their row moves into the place of the erased one. */
const OTHER = present(SHOPPERS[2], 'another one');

let dir: string;
let pki: DevelopmentPki;
let hub: StackProcess;
let ports: { httpPort: number; mqttPort?: number | undefined };
let studio: PhotoStudio;
let pack: InstalledPack;
let pipeline: FramePipeline;
/** Sealed and opened again and again while the person is enrolled. */
const KEYS = ['person key', 'sealed template', 'wrapped key'];
/** All of a hub's memory is read, twice or more. */
const LIMIT = { timeout: 180_000 };
const CANNOT_LOOK: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENOENT', 'EIO']);

/** What the embedding network gave in this process, before it is normalised; the pipeline itself wipes it. */
const rawOutputs: Uint8Array[] = [];
const embedFiles = (): string[] => pack.manifest.embed.networks.map(({ model }) => model.file);
const runOn = Reflect.get(Network.prototype, 'runOn');
vi.spyOn(Network.prototype, 'runOn').mockImplementation(async function (
  this: Network,
  ...given: Parameters<Network['runOn']>
) {
  const outputs = await Reflect.apply(runOn, this, given);
  for (const values of outputs.values()) {
    if (embedFiles().includes(this.model.file)) rawOutputs.push(bytesOf(values));
  }
  return outputs;
});

const dataDir = (): string => join(dir, 'data');

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-erasure-'));
  mkdirSync(dataDir());
  pki = await createDevelopmentPki({ dir: join(dir, 'pki'), hubs: [HUB], terminals: [TERMINAL] });
  const server = present(pki.hubs[HUB], HUB).server;
  writeFileSync(join(dir, 'nats.password'), 'unused');
  pack = await loadInstalledPack(MODELS_DIR, 'open');
  const [started, opened, loaded] = await Promise.all([
    startService({
      name: HUB,
      main: 'edge-hub/main.ts',
      logPath: join(dataDir(), 'hub.log'),
      settings: {
        ...OVERWRITES_FREED_MEMORY,
        HUB_ID: HUB,
        HUB_STREET_ID: 'street-test',
        HUB_STREET_NAME: 'Test Street',
        HUB_DATA_DIR: dataDir(),
        HUB_HTTP_PORT: '0',
        HUB_MQTT_PORT: '0',
        HUB_TLS_CERT: server.certPath,
        HUB_TLS_KEY: server.keyPath,
        HUB_TLS_CA: pki.caPath,
        // the discard port: no nats-server is there
        HUB_NATS_URL: 'nats://127.0.0.1:9',
        HUB_NATS_USER: HUB,
        HUB_NATS_PASSWORD_FILE: join(dir, 'nats.password'),
        HUB_ADMIN_TOKEN_FILE: join(dir, 'admin.token'),
        HUB_INFERENCE_WORKERS: '1',
        // no central is there to grant an allowance
        HUB_SPENDING: 'billed',
        MODELS_DIR,
        LOG_LEVEL: 'debug',
      },
      onSpawned: (process) => {
        hub = process;
      },
    }),
    PhotoStudio.open(MODELS_DIR, 'open'),
    FramePipeline.load(pack),
  ]);
  ports = started;
  studio = opened;
  pipeline = loaded;
});
afterAll(async () => {
  await pipeline?.close();
  await hub?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const operator = (): HubClient =>
  new HubClient(
    `http://localhost:${ports.httpPort}`,
    readFileSync(join(dir, 'admin.token'), 'utf8').trim(),
  );
const terminalFiles = () => present(pki.terminals[TERMINAL], TERMINAL);

async function enrol(portrait: Uint8Array<ArrayBuffer>): Promise<string> {
  const answer = await operator().enrol({
    enrolmentId: newId(),
    photos: [{ name: 'photo.jpg', bytes: portrait }],
    consent: { textVersion: 'test', language: 'en', streets: ['street-test'] },
  });
  return answer.shopperId;
}

async function pay(colour: Uint8Array): Promise<unknown> {
  const terminal = await RawTerminal.connect({
    port: present(ports.mqttPort, 'MQTT'),
    terminalId: TERMINAL,
    caPath: pki.caPath,
    identity: terminalFiles(),
  });
  const ticket = await terminal.challenge(100n);
  const takenAt = new Date().toISOString();
  const reply = await terminal.ask(terminal.probe(ticket, [{ takenAt, colour }]));
  await terminal.close();
  return reply;
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));

const floatsOf = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

/** What the pipeline makes of a picture, step by step: the same here as in the hub. */
async function stepsOf(
  name: string,
  colour: Uint8Array,
  options: Pick<FrameOptions, 'severalFaces' | 'looks'>,
): Promise<{ needles: Needles; transformed: Float32Array }> {
  const { outcome } = await pipeline.analyse({
    colour: new Uint8Array(colour),
    options: { ...options, enforceQuality: true, pad: true },
  });
  if (!outcome.ok) throw new Error(outcome.error);
  const raw = rawOutputs.splice(0);
  const { pad, burst } = pack.manifest.thresholds;
  const fused = fuseBurst([outcome], { ...pad, requireDepth: false, sameFace: burst.sameFace });
  if (!fused.ok) throw new Error(fused.error);
  const plain = fused.value.embedding;
  const transformed = transform().apply(plain);
  return {
    transformed,
    needles: {
      ...Object.fromEntries(raw.map((bytes, i) => [`${name}: network's output ${i}`, bytes])),
      [`${name}: frame's embedding`]: bytesOf(outcome.value.embedding),
      [`${name}: burst's embedding`]: bytesOf(plain),
      [`${name}: burst's embedding, float64`]: new Uint8Array(Float64Array.from(plain).buffer),
      [`${name}: transformed`]: bytesOf(transformed),
      [`${name}: transformed, float64`]: new Uint8Array(Float64Array.from(transformed).buffer),
    },
  };
}

function transform(): KeyedTransform {
  const { id: packId, manifest } = pack;
  const key = readKeyRing(join(dataDir(), 'template.keys')).inForce;
  return new KeyedTransform(key, { packId, dimension: manifest.embed.dimension });
}

const namesIn = (found: ReadonlyMap<string, number>): string[] => [...found.keys()].toSorted();

/** @returns undefined where the system does not let us look */
function memoryOf(search: ByteSearch): Map<string, number> | undefined {
  try {
    return search.inMemory(present(hub.pid, 'the hub runs'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && CANNOT_LOOK.has(String(error.code)))
      return undefined;
    throw error;
  }
}

it('leaves nothing of an erased person in files or memory', LIMIT, async (context) => {
  await operator().post('/api/terminals', {
    terminalId: TERMINAL,
    shopId: 'shop',
    shopName: 'Shop',
    merchantId: 'merchant',
    certificatePem: readFileSync(terminalFiles().certPath, 'utf8'),
    depth: false,
  });
  const portrait = await studio.portrait(ENROLLED.pictures[0]);
  const camera = await studio.camera(ENROLLED.pictures[0], { seed: 'erasure', depth: false });
  const { colour } = present((await camera.takeBurst(1))[0], 'a frame');
  const shopperId = await enrol(portrait);
  const otherId = await enrol(await studio.portrait(OTHER.pictures[0]));
  expect(await pay(colour)).toMatchObject({ data: { outcome: 'paid' } });

  const stored = present(formsOf(dataDir(), shopperId), 'the stored template');
  const enrolled = await stepsOf('photo', portrait, { severalFaces: 'largest', looks: 'both' });
  const probe = await stepsOf('probe', colour, { severalFaces: 'refuse', looks: 'plain' });
  // what is looked for is what the hub has made: it stands sealed in the database
  const template = floatsOf(present(stored['template'], 'the template'));
  expect(cosine(template, enrolled.transformed)).toBeCloseTo(1, 6);
  const search = new ByteSearch({ ...stored, ...enrolled.needles, ...probe.needles });
  const inMemory = (): Map<string, number> | undefined => memoryOf(search);

  expect(namesIn(search.inFiles(dataDir()))).toEqual(['sealed template', 'wrapped key']);
  const before = inMemory();
  if (!before) return context.skip('the memory of another process cannot be read here');
  // the index's row is there, exact and as codes, and what the network gave at the last look; of the steps between, and of the
  // enrolment's looks, nothing is
  expect(namesIn(before).filter((name) => !KEYS.includes(name))).toEqual([
    'photo: transformed',
    "probe: network's output 0",
    'template',
    'template, int8 of the index',
  ]);

  await operator().erase(shopperId);
  expect(namesIn(search.inFiles(dataDir()))).toEqual([]);
  // what only a collection wipes goes within a second
  const after = await eventually(() => {
    const found = present(inMemory(), 'the memory could be read before');
    const ciphertext = found.get(SEALED_FORM) ?? 0;
    found.delete(SEALED_FORM);
    return found.size === 0 && ciphertext <= MOST_CIPHERTEXT_WINDOWS ? found : undefined;
  }, 60_000);
  expect(namesIn(after)).toEqual([]);

  // the operator's own proof, by the command, of the other one
  const proof = await proved(otherId);
  expect(proof.code).toBe(0);
  expect(proof.told).toMatchObject({ shopperId: otherId, files: { after: {} }, proven: true });
  expect(Object.keys(proof.told.memory?.before ?? {})).toContain('template');
  // whom the hub does not know cannot be proven to be gone
  expect((await proved(otherId)).code).toBe(2);
});

async function proved(shopper: string): Promise<{ code: number; told: ErasureProof }> {
  let out = '';
  const options = {
    hub: `http://localhost:${ports.httpPort}`,
    'token-file': join(dir, 'admin.token'),
    data: dataDir(),
    pid: String(hub.pid),
    shopper,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const code = await runCommandLine(proveErasureCommand, [...args, '--json'], {
    writeOut: (text) => {
      out += text;
    },
    writeError: () => {},
  });
  return { code, told: JSON.parse(out || 'null') as ErasureProof };
}
