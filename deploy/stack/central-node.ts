import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { centralNatsConf } from '../nats/nats-conf.ts';
import { secretInFile } from '../nats/nats-secrets.ts';
import { findNatsServer, startNatsServer } from '../nats/nats-server.ts';
import type { DevelopmentPki } from '../pki/development-pki.ts';
import type { StackProcess } from './child-process.ts';
import { searchPath } from './env.ts';
import type { CentralPorts, StackFolders } from './layout.ts';
import { endOrphanPostgres } from './postgres.ts';
import type { Reaper } from './reaper.ts';
import { startService } from './service.ts';

const HOST = '127.0.0.1';

export interface CentralSettings {
  readonly folders: StackFolders;
  readonly ports: CentralPorts;
  readonly pki: DevelopmentPki;
  readonly hubs: readonly string[];
  readonly reaper: Reaper;
  /** Added to the service's environment. */
  readonly extraSettings: Readonly<Record<string, string>>;
}

/** Central on this machine: its nats-server, its service, and the PostgreSQL that the service runs. */
export class CentralNode {
  private readonly settings: CentralSettings;
  private nats: StackProcess | undefined;
  private service: StackProcess | undefined;
  private port = 0;

  constructor(settings: CentralSettings) {
    this.settings = settings;
    this.port = settings.ports.http;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  get httpPort(): number {
    return this.port;
  }

  get pid(): number | undefined {
    return this.service?.pid;
  }

  get running(): boolean {
    return this.service?.running ?? false;
  }

  get logPath(): string {
    return join(this.settings.folders.logs, 'central.log');
  }

  /** The service's own data; PostgreSQL's files are in `pg` below. */
  get dataDir(): string {
    return this.settings.folders.central;
  }

  /** Bearer token of the operator. */
  get adminToken(): string {
    return readFileSync(this.adminTokenFile, 'utf8').trim();
  }

  async startNats(): Promise<void> {
    const { folders, ports, pki, hubs } = this.settings;
    await startNatsServer({
      onSpawned: (server) => {
        this.nats = server;
        this.settings.reaper.watch(server);
      },
      name: 'central-nats',
      program: findNatsServer(searchPath()),
      conf: centralNatsConf({
        host: HOST,
        clientPort: ports.nats,
        leafPort: ports.leaf,
        storeDir: join(folders.central, 'nats'),
        tls: { ...pki.centralNats, caPath: pki.caPath },
        service: { user: 'central', password: secretInFile(this.passwordFile) },
        hubs,
      }),
      confPath: join(folders.central, 'nats.conf'),
      clientPort: ports.nats,
      logPath: join(folders.logs, 'central-nats.log'),
    });
  }

  /** Starts the service, again on the port it had. */
  async startService(): Promise<void> {
    const { folders, ports, pki, hubs, extraSettings } = this.settings;
    await endOrphanPostgres(this.postgresDir);
    this.settings.reaper.watchPostgres(this.postgresDir);
    const ready = await startService({
      onSpawned: (service) => {
        this.service = service;
        this.settings.reaper.watch(service);
      },
      name: 'central',
      main: 'central/main.ts',
      logPath: this.logPath,
      settings: {
        CENTRAL_DATA_DIR: folders.central,
        CENTRAL_PG_PORT: String(ports.postgres),
        CENTRAL_HTTP_PORT: String(this.port),
        CENTRAL_HTTP_HOST: HOST,
        CENTRAL_NATS_URL: `nats://${HOST}:${ports.nats}`,
        CENTRAL_NATS_USER: 'central',
        CENTRAL_NATS_PASSWORD_FILE: this.passwordFile,
        CENTRAL_HUBS: hubs.join(','),
        CENTRAL_TLS_CA: pki.caPath,
        CENTRAL_ADMIN_TOKEN_FILE: this.adminTokenFile,
        ...extraSettings,
      },
    });
    this.port = ready.httpPort;
  }

  /** As when the power goes: the service and its database, with no goodbye. */
  async kill9(): Promise<void> {
    await this.service?.kill9();
    await endOrphanPostgres(this.postgresDir);
  }

  /** As when the power goes, of the nats-server alone. */
  async killNats(): Promise<void> {
    await this.nats?.kill9();
  }

  /** Stops what runs of the service and starts it again. */
  async restart(): Promise<void> {
    await this.stopService();
    await this.startService();
  }

  async stopService(): Promise<void> {
    await this.service?.stop();
    await endOrphanPostgres(this.postgresDir);
  }

  async stop(): Promise<void> {
    await this.stopService();
    await this.nats?.stop();
  }

  private get postgresDir(): string {
    return join(this.settings.folders.central, 'pg');
  }

  private get passwordFile(): string {
    return join(this.settings.folders.central, 'nats.password');
  }

  private get adminTokenFile(): string {
    return join(this.settings.folders.central, 'admin.token');
  }
}
