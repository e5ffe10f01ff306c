import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { assert } from '../shared/kernel/assert.ts';
import type { HubContext } from './context.ts';
import { createApp } from './http/app.ts';
import { OperatorAccess } from './http/operator-access.ts';
import { problem } from './http/problem.ts';
import { Broker } from './ingress/broker.ts';
import { connectNats } from './nats-link.ts';
import { JetStreamEvents } from './outbox/event-stream.ts';

export interface RunningHub {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Stops accepting, finishes what runs, publishes what can be published within a second, closes. */
  stop(): Promise<void>;
}

const RELAY_FLUSH_MS = 1_000;
/** An expired authorisation is refused at once; this is how late central hears of it. */
const EXPIRY_CHECK_MS = 30_000;
const ANNOUNCED = 'announced_fingerprint';

/**
 * Starts a hub: gallery, broker, and the link to its nats-server, which may come later. HTTP is there first and answers
 * `starting` until payments can be taken.
 */
export async function startHub(context: HubContext): Promise<RunningHub> {
  const { settings } = context;
  const pages: Pages = { fetch: () => problem('starting') };
  const server = createAdaptorServer({ fetch: (...call) => pages.fetch(...call) });
  assert('closeAllConnections' in server, 'plain HTTP/1.1');
  const httpPort = await listen(server, settings.http);
  try {
    return await startBehind({ context, server, pages, httpPort });
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}

type FetchCallback = Parameters<typeof createAdaptorServer>[0]['fetch'];

/** What answers on the HTTP port; it is replaced once. */
interface Pages {
  fetch: FetchCallback;
}

async function startBehind(parts: {
  readonly context: HubContext;
  readonly server: Server;
  readonly pages: Pages;
  readonly httpPort: number;
}): Promise<RunningHub> {
  const { context, server, pages, httpPort } = parts;
  const { settings, logger, metrics, handler, gallery, outbox, downlink } = context;
  context.life.begin();
  // a crash between an erasure's commit and its checkpoint would leave old pages in the log
  context.database.truncateLog();
  await loadGallery(context);
  await context.calibration.start();
  await context.succession?.load();
  context.renewal.start();
  announce(context);
  const broker = await Broker.create({
    registry: context.registry,
    handler,
    metrics,
    logger,
    tls: context.tls,
  });
  context.revocations.onRevoked = (terminalId) => {
    broker.disconnect(terminalId);
  };
  metrics.watch({
    galleryTemplates: () => gallery.size,
    templatesToRenew: () => context.renewal.remaining,
    peopleOfFormerPack: () => context.succession?.state.people ?? 0,
    calibration: () => context.calibration.state,
    queueDepth: () => handler.queueDepth,
    outboxPending: () => outbox.state().pending,
    centralUp: () => downlink.link.central === 'up',
    terminalsConnected: () => broker.terminalsConnected,
  });
  broker.attach(server);
  const mqttPort = await broker.listen(settings.mqtt.port, settings.mqtt.host);
  pages.fetch = pagesOf(context, broker);
  const nats = linkToNats(context);
  const expiry = expireInTime(context);
  logger.info({ module: 'hub', httpPort, mqttPort, templates: gallery.size }, 'ready');
  let stopping: Promise<void> | undefined;
  return {
    httpPort,
    mqttPort,
    stop: () => {
      stopping ??= stopHub({ context, broker, server, nats, expiry });
      return stopping;
    },
  };
}

async function loadGallery({ snapshot, logger }: HubContext): Promise<void> {
  const figures = await snapshot.load();
  logger.info({ module: 'gallery', ...figures }, 'loaded');
  if (figures.broken > 0) {
    logger.error({ module: 'gallery', broken: figures.broken }, 'sealed templates do not open');
  }
}

/** Introduces the hub to the city, once and whenever its key or certificate has changed. */
function announce(context: HubContext): void {
  const { directory, identity, events, transact, allowanceStore } = context;
  if (directory.setting(ANNOUNCED) === identity.fingerprint) return;
  transact(() => {
    const { seq, eventId } = events.hubAnnounced(identity.announcement());
    // a ledger that is new here may not be the first of this hub
    if (seq === 1) allowanceStore.awaitConfirmation(eventId);
    directory.putSetting(ANNOUNCED, identity.fingerprint);
  });
}

function pagesOf(context: HubContext, broker: Broker): FetchCallback {
  const { settings, clock, random, handler, gallery, calibration, downlink, vision } = context;
  const { protection, renewal, succession } = context;
  const app = createApp({
    ...context,
    street: settings.street,
    packId: vision.engine.packId,
    access: new OperatorAccess({ token: context.adminToken, clock, random }),
    live: {
      gallerySize: () => gallery.size,
      templates: () => ({ keyId: protection.keyId, toRenew: renewal.remaining }),
      formerPack: () => succession?.state ?? null,
      calibration: () => calibration.state,
      queue: () => ({ depth: handler.queueDepth, capacity: handler.queueCapacity }),
      link: () => downlink.link,
      isConnected: (terminalId) => broker.isConnected(terminalId),
    },
    webDir: settings.http.webDir,
  });
  return app.fetch;
}

async function listen(server: Server, at: { port: number; host: string }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : at.port;
}

/** Ends authorisations whose time is up, those of the hub's own downtime first. */
function expireInTime({ lifeCycle, logger }: HubContext): NodeJS.Timeout {
  const expire = (): void => {
    try {
      const ended = lifeCycle.expireDue();
      if (ended > 0) logger.info({ module: 'payment', ended }, 'authorisations have expired');
    } catch (error) {
      logger.error({ module: 'payment', err: error }, 'authorisations could not be ended');
    }
  };
  expire();
  return setInterval(expire, EXPIRY_CHECK_MS);
}

interface NatsTask {
  /** Drops the connection, or gives up waiting for it. */
  stop(): Promise<void>;
}

function linkToNats(context: HubContext): NatsTask {
  const { settings, logger, relay, chainDesk, downlink, askLink } = context;
  const giveUp = new AbortController();
  const { url, user, passwordFile } = settings.nats;
  const password = readFileSync(passwordFile, 'utf8').trim();
  const connecting = connectNats(
    { url, user, password },
    { hubId: settings.street.hubId, logger, signal: giveUp.signal },
  ).then((connection) => {
    if (connection && !giveUp.signal.aborted) {
      relay.start(new JetStreamEvents(connection, settings.street.hubId, settings.stream));
      chainDesk.start(connection);
      askLink.start(connection);
      downlink.start(connection);
    }
    return connection;
  });
  return {
    stop: async () => {
      giveUp.abort();
      const connection = await connecting;
      await connection?.close();
    },
  };
}

async function stopHub(parts: {
  context: HubContext;
  broker: Broker;
  server: Server;
  nats: NatsTask;
  expiry: NodeJS.Timeout;
}): Promise<void> {
  const { context, broker, server, nats, expiry } = parts;
  clearInterval(expiry);
  broker.stopAccepting();
  server.close();
  await context.handler.drain();
  await broker.close();
  server.closeAllConnections();
  await context.downlink.stop();
  await context.topUps.stop();
  await context.relay.stop(RELAY_FLUSH_MS);
  await nats.stop();
  await context.renewal.stop();
  context.forgetting.stop();
  await context.succession?.stop();
  await context.calibration.stop();
  await context.snapshot.stop();
  await context.vision.engine.close();
  await context.vision.index.close();
  await context.life.end();
  context.database.close();
}
