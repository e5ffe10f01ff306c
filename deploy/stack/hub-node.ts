import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OVERWRITES_FREED_MEMORY } from '../../edge-hub/erasure/freed-memory.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import { hubNatsConf } from '../nats/nats-conf.ts';
import type { StreamPlace } from '../nats/nats-permissions.ts';
import { secretInFile } from '../nats/nats-secrets.ts';
import { findNatsServer, startNatsServer } from '../nats/nats-server.ts';
import type { DevelopmentPki, HubCertificates } from '../pki/development-pki.ts';
import type { StackProcess } from './child-process.ts';
import { searchPath } from './env.ts';
import type { HubPorts, HubSpec, StackFolders } from './layout.ts';
import type { Reaper } from './reaper.ts';
import { startService } from './service.ts';
import { WanLink } from './wan-link.ts';

const HOST = '127.0.0.1';

export interface HubSettings {
  readonly spec: HubSpec;
  readonly folders: StackFolders;
  readonly ports: HubPorts;
  readonly pki: DevelopmentPki;
  /** The city's template keys. Central has no way to them. */
  readonly templateKeyFile: string;
  /** Of each of central's nats-servers. */
  readonly centralLeafPorts: readonly number[];
  readonly pack: string;
  readonly modelsDir: string;
  /** The service's entry, from the root of the checkout. */
  readonly main: string;
  readonly reaper: Reaper;
  /** Added to the service's environment. */
  readonly extraSettings: Readonly<Record<string, string>>;
}

/** A hub on this machine: its way to central, its nats-server and its service. */
export class HubNode {
  readonly hubId: string;
  readonly streetId: string;
  readonly terminals: readonly string[];
  private readonly settings: HubSettings;
  private link: WanLink | undefined;
  private nats: StackProcess | undefined;
  private service: StackProcess | undefined;
  private ports: { http: number; mqtt: number };

  constructor(settings: HubSettings) {
    this.settings = settings;
    this.hubId = settings.spec.hubId;
    this.streetId = settings.spec.streetId;
    this.terminals = settings.spec.terminals;
    this.ports = { http: settings.ports.http, mqtt: settings.ports.mqtt };
  }

  get url(): string {
    return `http://localhost:${this.ports.http}`;
  }

  get httpPort(): number {
    return this.ports.http;
  }

  /** MQTT over TLS, mutual. */
  get mqttPort(): number {
    return this.ports.mqtt;
  }

  get pid(): number | undefined {
    return this.service?.pid;
  }

  get running(): boolean {
    return this.service?.running ?? false;
  }

  /** The way to central, which can be cut and restored. */
  get wan(): WanLink {
    return present(this.link, 'the link is opened before the hub is handed out');
  }

  get logPath(): string {
    return join(this.settings.folders.logs, `${this.hubId}.log`);
  }

  /** The service's own data: `hub.db` and keys. */
  get dataDir(): string {
    return join(this.settings.folders.hub(this.hubId), 'data');
  }

  get certificates(): HubCertificates {
    return present(this.settings.pki.hubs[this.hubId], 'the PKI was made for this hub');
  }

  /** Bearer token of the operator. */
  get adminToken(): string {
    return readFileSync(this.adminTokenFile, 'utf8').trim();
  }

  async startNats(): Promise<void> {
    const { folders, ports, pki, centralLeafPorts } = this.settings;
    this.link ??= await WanLink.open({
      name: `wan-${this.hubId}`,
      ways: centralLeafPorts.map((targetPort, k) => ({ port: ports.wan[k] ?? 0, targetPort })),
    });
    await startNatsServer({
      onSpawned: (server) => {
        this.nats = server;
        this.settings.reaper.watch(server);
      },
      name: `${this.hubId}-nats`,
      program: findNatsServer(searchPath()),
      conf: hubNatsConf({
        hubId: this.hubId,
        host: HOST,
        clientPort: ports.nats,
        storeDir: join(folders.hub(this.hubId), 'nats'),
        tls: { ...this.certificates.leaf, caPath: pki.caPath },
        service: { user: this.hubId, password: secretInFile(this.passwordFile) },
        central: this.link.ports.map((port) => `localhost:${port}`),
        streams: this.streamsAt,
      }),
      confPath: join(folders.hub(this.hubId), 'nats.conf'),
      clientPort: ports.nats,
      logPath: join(folders.logs, `${this.hubId}-nats.log`),
    });
  }

  /**
   * Starts the service, again on the ports it had.
   *
   * @param changed settings that are others than when it was made
   */
  async startService(changed: Readonly<Record<string, string>> = {}): Promise<void> {
    const { spec, ports, pki, templateKeyFile, pack, modelsDir, extraSettings } = this.settings;
    const ready = await startService({
      onSpawned: (service) => {
        this.service = service;
        this.settings.reaper.watch(service);
      },
      name: this.hubId,
      main: this.settings.main,
      logPath: this.logPath,
      settings: {
        ...OVERWRITES_FREED_MEMORY,
        HUB_ID: spec.hubId,
        HUB_STREET_ID: spec.streetId,
        HUB_STREET_NAME: spec.streetName,
        HUB_DATA_DIR: this.dataDir,
        HUB_HTTP_PORT: String(this.ports.http),
        HUB_HTTP_HOST: HOST,
        HUB_MQTT_PORT: String(this.ports.mqtt),
        HUB_MQTT_HOST: HOST,
        HUB_TLS_CERT: this.certificates.server.certPath,
        HUB_TLS_KEY: this.certificates.server.keyPath,
        HUB_TLS_CA: pki.caPath,
        HUB_NATS_URL: `nats://${HOST}:${ports.nats}`,
        HUB_NATS_USER: this.hubId,
        HUB_NATS_PASSWORD_FILE: this.passwordFile,
        HUB_STREAM_AT: this.streamsAt,
        HUB_ADMIN_TOKEN_FILE: this.adminTokenFile,
        HUB_TEMPLATE_KEY_FILE: templateKeyFile,
        MODEL_PACK: pack,
        MODELS_DIR: modelsDir,
        ...extraSettings,
        ...changed,
      },
    });
    assert(ready.mqttPort !== undefined, 'a hub says where its MQTT is');
    this.ports = { http: ready.httpPort, mqtt: ready.mqttPort };
  }

  /** As when the power goes. Its nats-server goes on: a second box in the same cupboard. */
  async kill9(): Promise<void> {
    await this.service?.kill9();
  }

  /** Stops what runs of the service and starts it again. */
  async restart(changed: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stopService();
    await this.startService(changed);
  }

  async stopService(): Promise<void> {
    await this.service?.stop();
  }

  /** As when the power goes, of the nats-server alone. */
  async killNats(): Promise<void> {
    await this.nats?.kill9();
  }

  /** Stops the hub's nats-server; `startNats` starts it again with what it had. */
  async stopNats(): Promise<void> {
    await this.nats?.stop();
  }

  async stop(): Promise<void> {
    await this.stopService();
    await this.stopNats();
    await this.link?.stop();
  }

  /** A cluster keeps hubs' streams. */
  private get streamsAt(): StreamPlace {
    return this.settings.centralLeafPorts.length > 1 ? 'central' : 'hub';
  }

  private get passwordFile(): string {
    return join(this.settings.folders.hub(this.hubId), 'nats.password');
  }

  private get adminTokenFile(): string {
    return join(this.settings.folders.hub(this.hubId), 'admin.token');
  }
}
