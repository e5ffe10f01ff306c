/**
 * Configurations of the nats-servers, as text. What they must keep: one account for the application
 * (`PAY`), SYS apart and nobody in it, and the permissions of `nats-permissions.ts`.
 */
import { leafCommonName } from '../pki/development-pki.ts';
import { block, entry, lines, list, permissions, quoted, type TlsFiles, tls } from './conf-text.ts';
import {
  CENTRAL_OWNER,
  centralPermissions,
  hubPermissions,
  leafPermissions,
  type StreamPlace,
} from './nats-permissions.ts';

/** What a local service logs in with. */
interface NatsLogin {
  readonly user: string;
  readonly password: string;
}

/** A hub that may link up, and the subject's common name of the one certificate that it is let in with. */
export interface LinkedHub {
  readonly hubId: string;
  readonly commonName: string;
}

export interface CentralNatsSettings {
  readonly host: string;
  readonly clientPort: number;
  readonly leafPort: number;
  readonly storeDir: string;
  readonly tls: TlsFiles;
  /** A password, for a server of the same machine; or the common name of a certificate, which clients then need. */
  readonly service: NatsLogin | { readonly commonName: string };
  /** Hubs that may link up. */
  readonly hubs: readonly LinkedHub[];
  /** Hubs that may no longer, and whose streams are still read. */
  readonly formerHubs?: readonly string[];
  readonly streams: StreamPlace;
  /** One of several servers; undefined for a server by itself. */
  readonly cluster?: {
    readonly serverName: string;
    readonly port: number;
    /** `host:port` of every server's cluster port. Only certificates for these hosts are let in there. */
    readonly routes: readonly string[];
  };
  /** What is reserved for streams at central; a server keeps to it until it is started anew. */
  readonly reserved?: { readonly hubs: number; readonly bytesEach: number };
}

export interface HubNatsSettings {
  readonly hubId: string;
  readonly host: string;
  readonly clientPort: number;
  readonly storeDir: string;
  readonly tls: TlsFiles;
  readonly service: NatsLogin;
  /** Where central's leaf ports are reached from here, one or several: `host:port`. */
  readonly central: readonly string[];
  readonly streams: StreamPlace;
}

const MIB = 1024 * 1024;
/** A week of a busy street's events (200 terminals, 20,000 payments a day of about 1.5 KiB) several times over. */
const HUB_STORE_BYTES = 1024 * MIB;
/** Where streams are at hubs central keeps none: its JetStream is there for the domain. */
const EMPTY_STORE_BYTES = 64 * MIB;
const MEMORY_STORE_BYTES = 32 * MIB;
export const CENTRAL_STREAM_BYTES = 256 * MIB;
/** Of each stream at central, where there are servers enough. */
export const STREAM_COPIES = 3;

/** Room for a downlink's answer (700 kB) and no more. */
const MAX_PAYLOAD_BYTES = MIB;
/** Central's processes, and readers of the operator. */
const MAX_CLIENTS = 256;
/** Of the application's account: each hub's stream is read by one consumer, and for a moment by its successor too. */
export const CONSUMERS_PER_HUB = 4;

/**
 * A leaf is told at which address its server is, and dials that too when the link is gone: past the relay
 * or proxy it was set up with. nats-server 2.9 has no way to keep it from being told, so it is told one
 * where nobody listens (tcpmux, RFC 1078), which is refused at once.
 */
const NOWHERE = '127.0.0.1:1';

/** A dead link is noticed within (max + 1) intervals when no FIN or RST arrives. */
const KEEPALIVE = ['ping_interval: "5s"', 'ping_max: 2'];

/** Text of the nats.conf of central's server, or of one of its servers. */
export function centralNatsConf(settings: CentralNatsSettings): string {
  const { host, hubs, service, cluster, streams } = settings;
  const byCertificate = 'commonName' in service;
  return lines([
    `server_name: ${quoted(cluster?.serverName ?? CENTRAL_OWNER)}`,
    `listen: ${quoted(`${host}:${settings.clientPort}`)}`,
    ...KEEPALIVE,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `max_connections: ${MAX_CLIENTS}`,
    ...(byCertificate ? tls(settings.tls, ['verify_and_map: true', 'timeout: 5']) : []),
    ...jetstream(settings.storeDir, CENTRAL_OWNER, storeBytes(settings)),
    ...block('accounts', [
      ...block('PAY', [
        ...accountJetStream(settings),
        'users: [',
        `  ${centralUser(settings)}`,
        ...hubs.map((hub) => `  ${leafUser(hub, streams)}`),
        ']',
      ]),
      'SYS {}',
    ]),
    'system_account: SYS',
    ...block('leafnodes', [
      `listen: ${quoted(`${host}:${settings.leafPort}`)}`,
      `advertise: ${quoted(NOWHERE)}`,
      ...tls(settings.tls, ['verify_and_map: true', 'timeout: 5']),
    ]),
    ...(cluster ? clusterBlock(settings, cluster) : []),
  ]);
}

/** Text of a hub's nats.conf. */
export function hubNatsConf(settings: HubNatsSettings): string {
  const { hubId, streams } = settings;
  return lines([
    `server_name: ${quoted(hubId)}`,
    `listen: ${quoted(`${settings.host}:${settings.clientPort}`)}`,
    ...KEEPALIVE,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    ...(streams === 'hub' ? jetstream(settings.storeDir, hubId, HUB_STORE_BYTES) : []),
    ...block('accounts', [
      ...block('PAY', [
        ...(streams === 'hub' ? ['jetstream: enabled'] : []),
        'users: [',
        `  ${serviceUser(settings)}`,
        ']',
      ]),
      'SYS {}',
    ]),
    'system_account: SYS',
    ...block('leafnodes', [
      // seconds; the hub itself keeps its payments meanwhile
      'reconnect: 1',
      'remotes: [',
      '  {',
      '    account: PAY',
      `    urls: ${list(settings.central.map((address) => `tls://${address}`))}`,
      ...tls(settings.tls, ['timeout: 5']).map((line) => `    ${line}`),
      '  }',
      ']',
    ]),
  ]);
}

/** Servers know one another by certificates for the hosts of the routes: a hub's has none and is no server. */
function clusterBlock(
  { host, tls: files }: CentralNatsSettings,
  { port, routes }: NonNullable<CentralNatsSettings['cluster']>,
): string[] {
  return block('cluster', [
    `name: ${CENTRAL_OWNER}`,
    `listen: ${quoted(`${host}:${port}`)}`,
    // clients and leafs have all addresses in their settings; the cluster's own ones are nobody's business
    'no_advertise: true',
    ...tls(files, ['verify_cert_and_check_known_urls: true', 'timeout: 5']),
    `routes: ${list(routes.map((address) => `tls://${address}`))}`,
  ]);
}

/**
 * The user that a hub's certificate is mapped to (`verify_and_map`: its subject is the user's name).
 * It has no password, since nats-server would ask the hub for that too; so it must not be let in but
 * by the leaf port, where only a certificate leads to it.
 */
function leafUser({ hubId, commonName }: LinkedHub, streams: StreamPlace): string {
  return entry([
    `user: ${quoted(`CN=${commonName}`)}`,
    'allowed_connection_types: [LEAFNODE]',
    permissions(leafPermissions(hubId, streams)),
  ]);
}

function centralUser({ service, hubs, formerHubs, streams }: CentralNatsSettings): string {
  const hubIds = [...hubs.map(({ hubId }) => hubId), ...(formerHubs ?? [])];
  return entry([
    ...('commonName' in service
      ? [`user: ${quoted(`CN=${service.commonName}`)}`]
      : [`user: ${quoted(service.user)}`, `password: ${quoted(service.password)}`]),
    'allowed_connection_types: [STANDARD]',
    permissions(centralPermissions(hubIds, streams)),
  ]);
}

function serviceUser({ service, hubId, streams }: HubNatsSettings): string {
  return entry([
    `user: ${quoted(service.user)}`,
    `password: ${quoted(service.password)}`,
    'allowed_connection_types: [STANDARD]',
    permissions(hubPermissions(hubId, streams)),
  ]);
}

/** Every hub that links up now, as the development PKI names their certificates. */
export function developmentHubs(hubIds: readonly string[]): LinkedHub[] {
  return hubIds.map((hubId) => ({ hubId, commonName: leafCommonName(hubId) }));
}

/** Without a word, room for the hubs that there are. */
function reservedOf({ reserved, hubs }: CentralNatsSettings) {
  return reserved ?? { hubs: hubs.length, bytesEach: CENTRAL_STREAM_BYTES };
}

/** What one server reserves: a copy of each hub's stream. */
function storeBytes(settings: CentralNatsSettings): number {
  if (settings.streams === 'hub') return EMPTY_STORE_BYTES;
  const { hubs, bytesEach } = reservedOf(settings);
  return hubs * bytesEach;
}

/** What the application may take of JetStream, counted over all servers. */
function accountJetStream(settings: CentralNatsSettings): string[] {
  if (settings.streams === 'hub') return ['jetstream: enabled'];
  const { hubs } = reservedOf(settings);
  const copies = Math.min(settings.cluster?.routes.length ?? 1, STREAM_COPIES);
  return block('jetstream', [
    `max_file: ${storeBytes(settings) * copies}`,
    `max_memory: ${MEMORY_STORE_BYTES}`,
    `max_streams: ${hubs}`,
    `max_consumers: ${hubs * CONSUMERS_PER_HUB}`,
  ]);
}

function jetstream(storeDir: string, domain: string, maxFileBytes: number): string[] {
  return block('jetstream', [
    `store_dir: ${quoted(storeDir)}`,
    `domain: ${quoted(domain)}`,
    `max_file_store: ${maxFileBytes}`,
    `max_memory_store: ${MEMORY_STORE_BYTES}`,
  ]);
}
