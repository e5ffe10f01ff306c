import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keyRingFile } from '../../models/template-protection/key-ring.ts';
import { present } from '../../shared/kernel/assert.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../pki/development-pki.ts';
import { CentralNode } from './central-node.ts';
import { ROOT } from './env.ts';
import { HubNode } from './hub-node.ts';
import { type HubSpec, makeFolders, stackPorts } from './layout.ts';
import { Reaper } from './reaper.ts';

export interface StackOptions {
  /** Where everything is kept: PKI, configurations, databases, logs. Found again by a later start. */
  readonly dir: string;
  /** First port of the plan in `stackPorts`; 0 takes free ones. */
  readonly portBase: number;
  readonly hubs: readonly HubSpec[];
  readonly pack: string;
  /** Default `.wuma/models`. */
  readonly modelsDir?: string;
  /** Built pages. Default `.wuma/web`. */
  readonly webDir?: string;
  /** Environment variables added for every hub, for instance HUB_INFERENCE_WORKERS. */
  readonly hubSettings?: Readonly<Record<string, string>>;
  /** The same for one hub. */
  readonly settingsOfHub?: (hubId: string) => Readonly<Record<string, string>>;
  /** Entry of the hub's service, from the root of the checkout. Default `edge-hub/main.ts`. */
  readonly hubMain?: string;
  /** Of central; three are a cluster that keeps hubs' streams. Default 1. */
  readonly centralNatsServers?: number;
  readonly centralSettings?: Readonly<Record<string, string>>;
  /** Default info. */
  readonly logLevel?: string;
  /** Ends a start that is under way; afterwards `stop` is the way. */
  readonly signal?: AbortSignal;
  /** Told what is being started, in words for people. */
  readonly onProgress?: (text: string) => void;
}

/** One city and its streets on this machine, each service a process of its own. */
export interface Stack {
  readonly dir: string;
  readonly pki: DevelopmentPki;
  readonly central: CentralNode;
  readonly hubs: readonly HubNode[];
  /** @throws AssertionFault for a hub that is not in the stack */
  hub(hubId: string): HubNode;
  /** Ends every process, PostgreSQL too. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the city's nats-server, the hubs' own, central and the hubs, and waits until each is ready.
 * When one of them does not start, the others are ended before the error is thrown.
 *
 * @throws ChildProcessFault with the end of the log of who did not start
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stack = await prepare(options);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopAll(stack).finally(() => stack.reaper.release());
    return stopping;
  };
  const onAbort = (): void => void stop();
  options.signal?.addEventListener('abort', onAbort);
  try {
    options.onProgress?.('nats-servers');
    await together([stack.central, ...stack.hubs].map((node) => node.startNats()));
    options.signal?.throwIfAborted();
    options.onProgress?.('central, its PostgreSQL and the hubs with their models');
    await together([stack.central, ...stack.hubs].map((node) => node.startService()));
    options.signal?.throwIfAborted();
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
  return {
    dir: options.dir,
    pki: stack.pki,
    central: stack.central,
    hubs: stack.hubs,
    hub: (hubId) =>
      present(
        stack.hubs.find((hub) => hub.hubId === hubId),
        `hub ${hubId} of this stack`,
      ),
    stop,
  };
}

interface Parts {
  readonly reaper: Reaper;
  readonly pki: DevelopmentPki;
  readonly central: CentralNode;
  readonly hubs: readonly HubNode[];
}

async function prepare(options: StackOptions): Promise<Parts> {
  const folders = makeFolders(options.dir);
  const hubIds = options.hubs.map(({ hubId }) => hubId);
  const pki = await createDevelopmentPki({
    dir: folders.pki,
    hubs: hubIds,
    terminals: options.hubs.flatMap(({ terminals }) => terminals),
  });
  keyRingFile(folders.templateKeys, randomBytes);
  const ports = await stackPorts(options.portBase, {
    hubs: options.hubs.length,
    natsServers: options.centralNatsServers ?? 1,
  });
  const reaper = new Reaper();
  const logLevel = { LOG_LEVEL: options.logLevel ?? 'info' };
  const webDir = options.webDir ?? join(ROOT, '.wuma', 'web');
  const central = new CentralNode({
    folders,
    ports: ports.central,
    pki,
    hubs: hubIds,
    reaper,
    extraSettings: { ...logLevel, CENTRAL_WEB_DIR: webDir, ...options.centralSettings },
  });
  const hubs = options.hubs.map(
    (spec, k) =>
      new HubNode({
        spec,
        folders,
        ports: present(ports.hubs[k], 'ports for each hub'),
        pki,
        reaper,
        templateKeyFile: folders.templateKeys,
        centralLeafPorts: ports.central.nats.map(({ leaf }) => leaf),
        pack: options.pack,
        modelsDir: options.modelsDir ?? join(ROOT, '.wuma', 'models'),
        main: options.hubMain ?? 'edge-hub/main.ts',
        extraSettings: {
          ...logLevel,
          HUB_WEB_DIR: webDir,
          HUB_PHONE_PAGE: `${central.url}/pay/`,
          ...options.hubSettings,
          ...options.settingsOfHub?.(spec.hubId),
        },
      }),
  );
  return { reaper, pki, central, hubs };
}

/** Waits for all, also when one fails, so that nothing is still starting while the rest is ended. */
async function together(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Hubs first: what they still publish finds central's side open. */
async function stopAll(stack: Parts): Promise<void> {
  await together(stack.hubs.map((hub) => hub.stop()));
  await stack.central.stop();
}
