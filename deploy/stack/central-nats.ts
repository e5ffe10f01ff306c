import { join } from 'node:path';
import { centralNatsConf, developmentHubs } from '../nats/nats-conf.ts';
import { secretInFile } from '../nats/nats-secrets.ts';
import { findNatsServer, startNatsServer } from '../nats/nats-server.ts';
import { CENTRAL_SERVICE_NAME, type DevelopmentPki } from '../pki/development-pki.ts';
import type { StackProcess } from './child-process.ts';
import { searchPath } from './env.ts';
import type { NatsPorts, StackFolders } from './layout.ts';
import type { Reaper } from './reaper.ts';

const HOST = '127.0.0.1';
const USER = 'central';

/**
 * Central's nats-servers: one by itself, to which the service logs in with a password and which leaves streams at the
 * hubs; or a cluster, as in operation: the service has a certificate, and hubs' streams are in three copies here.
 */
export class CentralNats {
  private readonly settings: {
    readonly folders: StackFolders;
    readonly ports: readonly NatsPorts[];
    readonly pki: DevelopmentPki;
    readonly hubs: readonly string[];
    readonly reaper: Reaper;
  };
  private readonly servers: (StackProcess | undefined)[] = [];

  constructor(settings: CentralNats['settings']) {
    this.settings = settings;
  }

  get size(): number {
    return this.settings.ports.length;
  }

  get isCluster(): boolean {
    return this.size > 1;
  }

  /** What the service needs to get in, and where it finds hubs' streams. */
  get serviceSettings(): Readonly<Record<string, string>> {
    const { ports, pki } = this.settings;
    if (!this.isCluster) {
      return {
        CENTRAL_NATS_URL: `nats://${HOST}:${ports[0]?.client}`,
        CENTRAL_NATS_USER: USER,
        CENTRAL_NATS_PASSWORD_FILE: this.passwordFile,
      };
    }
    return {
      CENTRAL_NATS_URL: ports.map(({ client }) => `tls://localhost:${client}`).join(','),
      CENTRAL_NATS_TLS_CA: pki.caPath,
      CENTRAL_NATS_TLS_CERT: pki.centralService.certPath,
      CENTRAL_NATS_TLS_KEY: pki.centralService.keyPath,
      CENTRAL_STREAMS_AT: 'central',
      CENTRAL_STREAM_REPLICAS: String(this.size),
    };
  }

  /** Starts those that don't run, all at once: a cluster takes them as ready when they see one another. */
  async start(): Promise<void> {
    const starting = this.settings.ports.map(async (_, k) => {
      if (!this.servers[k]?.running) await this.startServer(k);
    });
    await Promise.all(starting);
  }

  /** As when the power goes, of one server, or of the only one. */
  async kill9(k = 0): Promise<void> {
    await this.servers[k]?.kill9();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(async (server) => server?.stop()));
  }

  private async startServer(k: number): Promise<void> {
    const { folders, ports, pki, hubs, reaper } = this.settings;
    const { client, leaf, route } = ports[k] ?? { client: 0, leaf: 0, route: 0 };
    const name = this.isCluster ? `central-nats-${k + 1}` : 'central-nats';
    const folder = this.isCluster ? join(folders.central, `nats-${k + 1}`) : folders.central;
    await startNatsServer({
      onSpawned: (server) => {
        this.servers[k] = server;
        reaper.watch(server);
      },
      name,
      program: findNatsServer(searchPath()),
      conf: centralNatsConf({
        host: HOST,
        clientPort: client,
        leafPort: leaf,
        storeDir: join(folder, 'nats'),
        tls: { ...pki.centralNats, caPath: pki.caPath },
        service: this.isCluster
          ? { commonName: CENTRAL_SERVICE_NAME }
          : { user: USER, password: secretInFile(this.passwordFile) },
        hubs: developmentHubs(hubs),
        streams: this.isCluster ? 'central' : 'hub',
        ...(this.isCluster && {
          cluster: {
            serverName: name,
            port: route,
            routes: ports.map((each) => `localhost:${each.route}`),
          },
        }),
      }),
      confPath: join(folder, 'nats.conf'),
      clientPort: client,
      logPath: join(folders.logs, `${name}.log`),
    });
  }

  private get passwordFile(): string {
    return join(this.settings.folders.central, 'nats.password');
  }
}
