import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { present } from '../../shared/kernel/assert.ts';
import { quantile } from './raw-models.ts';

/** Paths inside the peer's packages. */
export interface PeerFiles {
  readonly entry: string;
  /** Folder of its models. */
  readonly models: string;
  /** Folder of its WASM backend, with a slash at the end. */
  readonly wasm: string;
}

/** What the peer is asked to do. */
export interface PeerTask {
  readonly files: PeerFiles;
  /** Base64. */
  readonly jpegs: readonly string[];
  readonly durationMs: number;
}

export interface PeerReport {
  readonly backend: string;
  /** From decoded pixels to descriptor, median, ms. */
  readonly frameMs: number;
  readonly framesPerSecond: number;
  /** Frames in which it found the face. */
  readonly found: number;
  readonly frames: number;
}

/** As much of the peer's interface as is used. */
interface Human {
  load(): Promise<void>;
  detect(pixels: Tensor): Promise<{ readonly face: readonly { readonly embedding?: number[] }[] }>;
  readonly tf: {
    ready(): Promise<void>;
    getBackend(): string;
    tensor(data: Float32Array, shape: readonly number[]): Tensor;
    dispose(tensor: Tensor): void;
  };
}
type Tensor = object;

const WARM_UP = 12;
const OFF = { enabled: false };

process.once('message', (task: PeerTask) => {
  void measure(task).then((report) => process.send?.(report));
});

/** Runs the same roles as ours (detect, mesh, descriptor, antispoofing) on pictures that are decoded already. */
async function measure(task: PeerTask): Promise<PeerReport> {
  const { files } = task;
  const server = createServer((request, response) => {
    // Its WASM build reads models by HTTP only.
    readFile(join(files.models, basename(request.url ?? ''))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const human = createHuman(files, `http://127.0.0.1:${port}/`);
  await human.load();
  await human.tf.ready();
  server.close();
  const pictures = await Promise.all(task.jpegs.map(decode));
  const frameMs: number[] = [];
  let found = 0;
  let turn = 0;
  const frame = async (): Promise<boolean> => {
    const { data, width, height } = present(pictures[turn % pictures.length], 'a picture');
    turn += 1;
    const pixels = human.tf.tensor(Float32Array.from(data), [1, height, width, 3]);
    const { face } = await human.detect(pixels);
    human.tf.dispose(pixels);
    return face[0]?.embedding !== undefined;
  };
  for (let i = 0; i < WARM_UP; i += 1) await frame();
  const startedAt = performance.now();
  while (performance.now() - startedAt < task.durationMs) {
    const frameStart = performance.now();
    if (await frame()) found += 1;
    frameMs.push(performance.now() - frameStart);
  }
  const median = quantile(frameMs, 0.5);
  const framesPerSecond = frameMs.length / ((performance.now() - startedAt) / 1_000);
  return {
    backend: human.tf.getBackend(),
    frameMs: rounded(median),
    framesPerSecond: rounded(framesPerSecond),
    found,
    frames: frameMs.length,
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function createHuman(files: PeerFiles, modelBasePath: string): Human {
  const loaded = createRequire(import.meta.url)(files.entry) as {
    readonly Human: new (config: unknown) => Human;
  };
  return new loaded.Human({
    backend: 'wasm',
    wasmPath: files.wasm,
    modelBasePath,
    cacheModels: false,
    // Every frame is worked on, as if it were of somebody new.
    cacheSensitivity: 0,
    debug: false,
    filter: OFF,
    face: {
      enabled: true,
      detector: { maxDetected: 1 },
      mesh: { enabled: true },
      description: { enabled: true },
      antispoof: { enabled: true },
      iris: OFF,
      emotion: OFF,
      liveness: OFF,
    },
    body: OFF,
    hand: OFF,
    object: OFF,
    gesture: OFF,
    segmentation: OFF,
  });
}

async function decode(jpeg: string) {
  const { data, info } = await sharp(Buffer.from(jpeg, 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
