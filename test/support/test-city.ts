import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { centralNatsConf, developmentHubs, hubNatsConf } from '../../deploy/nats/nats-conf.ts';
import { secretInFile } from '../../deploy/nats/nats-secrets.ts';
import { findNatsServer, startNatsServer } from '../../deploy/nats/nats-server.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import type { StackProcess } from '../../deploy/stack/child-process.ts';
import { freePorts } from '../../deploy/stack/free-ports.ts';
import { WanLink } from '../../deploy/stack/wan-link.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { WrittenEvent } from './chain-writer.ts';

const HOST = '127.0.0.1';
const STREAM_BYTES = 256 * 1024 * 1024;
/** Publishes that wait for their acknowledgement at a time. */
const PUBLISH_WINDOW = 200;

/** A hub's side of the link: its nats-server and stream, without the hub. */
export class TestHubLink {
  readonly hubId: string;
  readonly wan: WanLink;
  readonly nats: NatsConnection;

  constructor(parts: { hubId: string; wan: WanLink; nats: NatsConnection }) {
    this.hubId = parts.hubId;
    this.wan = parts.wan;
    this.nats = parts.nats;
  }

  /** Makes the hub's stream, as the hub does at its start; again after `deleteStream`, as one that lost it. */
  async createStream(): Promise<void> {
    const manager = await jetstreamManager(this.nats);
    await manager.streams.add({
      name: subjects.txStream(this.hubId),
      subjects: [subjects.txEvents(this.hubId)],
      max_bytes: STREAM_BYTES,
    });
  }

  async deleteStream(): Promise<void> {
    const manager = await jetstreamManager(this.nats);
    await manager.streams.delete(subjects.txStream(this.hubId));
  }

  /** Publishes in order. Without message ids: what is sent twice is in the stream twice. */
  async publish(...events: readonly WrittenEvent[]): Promise<void> {
    const stream = jetstream(this.nats);
    for (let from = 0; from < events.length; from += PUBLISH_WINDOW) {
      const window = events.slice(from, from + PUBLISH_WINDOW);
      await Promise.all(
        window.map((event) => stream.publish(subjects.txEvent(this.hubId, event.type), event.text)),
      );
    }
  }
}

/** Real nats-servers of a city and its hubs, with the permissions and certificates of deployment. */
export class TestCity {
  readonly dir: string;
  readonly pki: DevelopmentPki;
  readonly hubs: Readonly<Record<string, TestHubLink>>;
  /** What central logs in with. */
  readonly nats: { readonly url: string; readonly user: string; readonly passwordFile: string };
  private readonly servers: StackProcess[];

  private constructor(parts: {
    dir: string;
    pki: DevelopmentPki;
    hubs: Record<string, TestHubLink>;
    nats: TestCity['nats'];
    servers: StackProcess[];
  }) {
    this.dir = parts.dir;
    this.pki = parts.pki;
    this.hubs = parts.hubs;
    this.nats = parts.nats;
    this.servers = parts.servers;
  }

  static async start(hubIds: readonly string[]): Promise<TestCity> {
    const dir = mkdtempSync(join(tmpdir(), 'wuma-test-city-'));
    // central's PostgreSQL runs as another user when we are root, and has to pass through
    chmodSync(dir, 0o711);
    const pki = await createDevelopmentPki({ dir: join(dir, 'pki'), hubs: hubIds, terminals: [] });
    const ports = await freePorts(2 + hubIds.length);
    const [clientPort, leafPort] = [present(ports[0], 'port'), present(ports[1], 'port')];
    const passwordFile = join(dir, 'central.password');
    const servers: StackProcess[] = [];
    await startServer({ servers, dir, name: 'central', port: clientPort }, (storeDir) =>
      centralNatsConf({
        host: HOST,
        clientPort,
        leafPort,
        storeDir,
        tls: { ...pki.centralNats, caPath: pki.caPath },
        service: { user: 'central', password: secretInFile(passwordFile) },
        hubs: developmentHubs(hubIds),
        streams: 'hub',
      }),
    );
    const hubs: Record<string, TestHubLink> = {};
    for (const [index, hubId] of hubIds.entries()) {
      const port = present(ports[2 + index], 'port');
      const wan = await WanLink.open({ name: hubId, ways: [{ port: 0, targetPort: leafPort }] });
      await startServer({ servers, dir, name: hubId, port }, (storeDir) =>
        hubNatsConf({
          hubId,
          host: HOST,
          clientPort: port,
          storeDir,
          tls: { ...present(pki.hubs[hubId], hubId).leaf, caPath: pki.caPath },
          service: { user: hubId, password: hubId },
          central: wan.ports.map((dialled) => `localhost:${dialled}`),
          streams: 'hub',
        }),
      );
      const nats = await connect({
        servers: `${HOST}:${port}`,
        user: hubId,
        pass: hubId,
        inboxPrefix: subjects.inbox(hubId),
      });
      const hub = new TestHubLink({ hubId, wan, nats });
      await hub.createStream();
      hubs[hubId] = hub;
    }
    const nats = { url: `nats://${HOST}:${clientPort}`, user: 'central', passwordFile };
    return new TestCity({ dir, pki, hubs, nats, servers });
  }

  hub(hubId: string): TestHubLink {
    return present(this.hubs[hubId], hubId);
  }

  async stop(): Promise<void> {
    for (const hub of Object.values(this.hubs)) {
      await hub.nats.close();
      await hub.wan.stop();
    }
    for (const server of this.servers) await server.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

async function startServer(
  at: { servers: StackProcess[]; dir: string; name: string; port: number },
  conf: (storeDir: string) => string,
): Promise<void> {
  const folder = join(at.dir, at.name);
  at.servers.push(
    await startNatsServer({
      name: at.name,
      program: findNatsServer(process.env['PATH'] ?? ''),
      conf: conf(join(folder, 'store')),
      confPath: join(folder, 'nats.conf'),
      clientPort: at.port,
      logPath: join(folder, 'nats.log'),
    }),
  );
}
