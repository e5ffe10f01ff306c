import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadInstalledPack } from '../models/packs/installed-pack.ts';
import { uuidV7 } from '../shared/domain/ids.ts';
import { Backoff } from '../shared/kernel/backoff.ts';
import { systemClock } from '../shared/kernel/clock.ts';
import { Lifecycle } from '../shared/kernel/lifecycle.ts';
import type { Logger } from '../shared/kernel/logger.ts';
import { Bridge } from './bridge/bridge.ts';
import { Journal } from './bridge/journal.ts';
import type { Camera } from './camera/camera.ts';
import { PictureCamera } from './camera/picture-camera.ts';
import { deviceKeyFromPem } from './codec/device-key.ts';
import type { TerminalSettings } from './env.ts';
import type { Species } from './simulator/attack-species.ts';
import { FaceShapeFinder } from './simulator/face-shape.ts';
import { LinkError } from './transport/mqtt-link.ts';
import { TerminalClient, type TerminalClientOptions } from './transport/terminal-client.ts';

const SOFTWARE = 'wuma-firmware-bridge/0.1.0';

export interface TerminalContext {
  readonly bridge: Bridge;
  readonly lifecycle: Lifecycle;
}

/**
 * Builds a terminal and connects it. Waits for its hub as long as it takes; asks the hub first what became of
 * payments that a power cut left open.
 *
 * @param abort ends the waiting
 */
export async function createTerminal(
  settings: TerminalSettings,
  logger: Logger,
  abort: AbortSignal,
): Promise<TerminalContext> {
  const lifecycle = new Lifecycle(logger);
  const pack = await loadInstalledPack(settings.models.dir, settings.models.pack);
  const finder = await FaceShapeFinder.load(pack);
  lifecycle.add({ name: 'networks', stop: () => finder.close() });
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const journal = await Journal.open(join(settings.dataDir, 'journal.jsonl'));
  lifecycle.add({ name: 'journal', stop: () => journal.close() });
  const terminal = await connectPatiently(await clientOptions(settings, journal, logger), abort);
  lifecycle.add({ name: 'link', stop: () => terminal.close() });
  await introduce(terminal, settings, logger);
  const bridge = new Bridge({
    terminal,
    lookAt: lookingAt(settings, finder),
    frames: settings.camera.frames,
    logger,
  });
  lifecycle.add({ name: 'bridge', stop: () => bridge.drain() });
  return { bridge, lifecycle };
}

async function clientOptions(
  settings: TerminalSettings,
  journal: Journal,
  logger: Logger,
): Promise<TerminalClientOptions> {
  const [ca, cert, key] = await Promise.all(
    [settings.tls.ca, settings.tls.cert, settings.tls.key].map((path) => readFile(path, 'utf8')),
  );
  return {
    url: settings.hubUrl,
    terminalId: settings.terminalId,
    tls: { ca: ca ?? '', cert: cert ?? '', key: key ?? '' },
    deviceKey: deviceKeyFromPem(key ?? ''),
    journal,
    clock: systemClock,
    newId: () => uuidV7(systemClock.now(), randomBytes(10)),
    random: Math.random,
    logger: logger.child({ module: 'transport' }),
  };
}

async function connectPatiently(
  options: TerminalClientOptions,
  abort: AbortSignal,
): Promise<TerminalClient> {
  const backoff = new Backoff({ firstMs: 200, maxMs: 5_000, random: options.random });
  for (;;) {
    try {
      return await TerminalClient.connect(options);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      options.logger.warn({ reason: error.message }, 'waiting for the hub');
    }
    await wait(backoff.nextMs(), undefined, { signal: abort });
  }
}

async function introduce(
  terminal: TerminalClient,
  settings: TerminalSettings,
  logger: Logger,
): Promise<void> {
  const { depth } = settings.camera;
  const welcome = await terminal.hello(SOFTWARE, { depth, width: 640, height: 480 });
  if (welcome.ok) logger.info({ hub: welcome.value.hubId }, 'the hub knows this terminal');
  else logger.warn({ code: welcome.error.code }, 'the hub does not welcome this terminal');
  const payments = await terminal.recover();
  const moves = await terminal.moves.recover();
  if (payments.length + moves.length > 0) {
    logger.info({ payments: payments.length, moves: moves.length }, 'what was open was asked for');
  }
}

/** Each look has its own seed, so that no two payments show the same frames. */
function lookingAt(
  settings: TerminalSettings,
  finder: FaceShapeFinder,
): (picture: string, species: Species) => Promise<Camera> {
  const folder = resolve(settings.camera.picturesDir);
  let looks = 0;
  return async (picture, species) => {
    const path = resolve(folder, picture);
    if (!path.startsWith(folder + sep)) throw new Error('pictures lie in the pictures’ folder');
    looks += 1;
    return PictureCamera.open({
      photo: await readFile(path),
      finder,
      clock: systemClock,
      seed: `${settings.camera.seed}/${looks}`,
      depth: settings.camera.depth,
      species,
    });
  };
}
