import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DevelopmentPki } from '../pki/development-pki.ts';
import { CentralNats } from './central-nats.ts';
import type { StackProcess } from './child-process.ts';
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

/** Central on this machine: its nats-servers, its service, and the PostgreSQL that the service runs. */
export class CentralNode {
  readonly nats: CentralNats;
  private readonly settings: CentralSettings;
  private service: StackProcess | undefined;
  private port = 0;

  constructor(settings: CentralSettings) {
    this.settings = settings;
    this.nats = new CentralNats({ ...settings, ports: settings.ports.nats });
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
    await this.nats.start();
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
        ...this.nats.serviceSettings,
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
    await this.nats.stop();
  }

  private get postgresDir(): string {
    return join(this.settings.folders.central, 'pg');
  }

  private get adminTokenFile(): string {
    return join(this.settings.folders.central, 'admin.token');
  }
}
