/**
 * Configurations of the nats-servers, as text. What they must keep: one account for the application
 * (`PAY`), SYS apart; a hub that is taken over can say nothing in another's name, and central cannot
 * be called by a hub but for its own downlink.
 */
import { subjects } from '../../shared/contracts/subjects.ts';
import type { CertificatePaths } from '../pki/certificate-authority.ts';
import { leafCommonName } from '../pki/development-pki.ts';

/** What a local service logs in with. */
interface NatsLogin {
  readonly user: string;
  readonly password: string;
}

export interface CentralNatsSettings {
  readonly host: string;
  readonly clientPort: number;
  readonly leafPort: number;
  readonly storeDir: string;
  readonly tls: CertificatePaths & { readonly caPath: string };
  readonly service: NatsLogin;
  /** Ids of the hubs that may link up. */
  readonly hubs: readonly string[];
}

export interface HubNatsSettings {
  readonly hubId: string;
  readonly host: string;
  readonly clientPort: number;
  readonly storeDir: string;
  readonly tls: CertificatePaths & { readonly caPath: string };
  readonly service: NatsLogin;
  /** Where central's leaf port is reached from here: `host:port`. */
  readonly central: string;
}

/** The services' names of themselves; also the owners of their inboxes. */
export const CENTRAL_OWNER = 'central';

const MIB = 1024 * 1024;
/** A week of a busy street's events (200 terminals, 20,000 payments a day of about 1.5 KiB) several times over. */
const HUB_STORE_BYTES = 1024 * MIB;
/** Central keeps no stream: its JetStream is there for the domain. */
const CENTRAL_STORE_BYTES = 64 * MIB;
const MEMORY_STORE_BYTES = 32 * MIB;

/**
 * A leaf is told at which address its server is, and dials that too when the link is gone: past the relay
 * or proxy it was set up with. nats-server 2.9 has no way to keep it from being told, so it is told one
 * where nobody listens (tcpmux, RFC 1078), which is refused at once.
 */
const NOWHERE = '127.0.0.1:1';

/** A dead link is noticed within (max + 1) intervals when no FIN or RST arrives. */
const KEEPALIVE = ['ping_interval: "5s"', 'ping_max: 2'];

/** Text of central's nats.conf. */
export function centralNatsConf(settings: CentralNatsSettings): string {
  return lines(
    'server_name: central',
    `listen: ${quoted(`${settings.host}:${settings.clientPort}`)}`,
    ...KEEPALIVE,
    ...jetstream(settings.storeDir, CENTRAL_OWNER, CENTRAL_STORE_BYTES),
    'accounts {',
    '  PAY {',
    '    jetstream: enabled',
    '    users: [',
    `      ${serviceUser(settings.service, centralPermissions(settings.hubs))}`,
    ...settings.hubs.map((hubId) => `      ${leafUser(hubId)}`),
    '    ]',
    '  }',
    '  SYS {}',
    '}',
    'system_account: SYS',
    'leafnodes {',
    `  listen: ${quoted(`${settings.host}:${settings.leafPort}`)}`,
    `  advertise: ${quoted(NOWHERE)}`,
    ...tls(settings.tls, ['verify_and_map: true', 'timeout: 5']),
    '}',
  );
}

/** Text of a hub's nats.conf. */
export function hubNatsConf(settings: HubNatsSettings): string {
  return lines(
    `server_name: ${quoted(settings.hubId)}`,
    `listen: ${quoted(`${settings.host}:${settings.clientPort}`)}`,
    ...KEEPALIVE,
    ...jetstream(settings.storeDir, settings.hubId, HUB_STORE_BYTES),
    'accounts {',
    '  PAY {',
    '    jetstream: enabled',
    '    users: [',
    `      ${serviceUser(settings.service, hubPermissions(settings.hubId))}`,
    '    ]',
    '  }',
    '  SYS {}',
    '}',
    'system_account: SYS',
    'leafnodes {',
    // seconds; the hub itself keeps its payments meanwhile
    '  reconnect: 1',
    '  remotes: [',
    '    {',
    '      account: PAY',
    `      url: ${quoted(`tls://${settings.central}`)}`,
    ...indented(4, tls(settings.tls, ['timeout: 5'])),
    '    }',
    '  ]',
    '}',
  );
}

interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What central needs of one hub's JetStream: reading its one stream with ordered consumers. */
function uplinkApi(hubId: string): string[] {
  const api = `$JS.${hubId}.API`;
  const stream = subjects.txStream(hubId);
  return [
    `${api}.INFO`,
    `${api}.STREAM.INFO.${stream}`,
    `${api}.CONSUMER.CREATE.${stream}.>`,
    `${api}.CONSUMER.INFO.${stream}.>`,
    `${api}.CONSUMER.DELETE.${stream}.>`,
    `${api}.CONSUMER.MSG.NEXT.${stream}.>`,
  ];
}

/** Directions are seen from the hub: it publishes to central, it subscribes to what comes from there. */
function leafPermissions(hubId: string): Permissions {
  return {
    publish: [
      subjects.downlinkPull(hubId),
      subjects.allowanceAsk(hubId),
      `${subjects.inbox(CENTRAL_OWNER)}.>`,
    ],
    subscribe: [subjects.downlinkNudge(hubId), `${subjects.inbox(hubId)}.>`, ...uplinkApi(hubId)],
  };
}

function centralPermissions(hubIds: readonly string[]): Permissions {
  return {
    publish: hubIds.flatMap((hubId) => [
      ...uplinkApi(hubId),
      subjects.downlinkNudge(hubId),
      `${subjects.inbox(hubId)}.>`,
    ]),
    subscribe: [
      subjects.anyDownlinkPull,
      subjects.anyAllowanceAsk,
      `${subjects.inbox(CENTRAL_OWNER)}.>`,
    ],
  };
}

function hubPermissions(hubId: string): Permissions {
  return {
    publish: [
      subjects.txEvents(hubId),
      subjects.downlinkPull(hubId),
      subjects.allowanceAsk(hubId),
      '$JS.API.>',
      `$JS.ACK.${subjects.txStream(hubId)}.>`,
    ],
    subscribe: [subjects.downlinkNudge(hubId), `${subjects.inbox(hubId)}.>`],
  };
}

/**
 * The user that a hub's certificate is mapped to (`verify_and_map`: its subject is the user's name).
 * It has no password, since nats-server would ask the hub for that too; so it must not be let in but
 * by the leaf port, where only a certificate leads to it.
 */
function leafUser(hubId: string): string {
  return block([
    `user: ${quoted(`CN=${leafCommonName(hubId)}`)}`,
    'allowed_connection_types: [LEAFNODE]',
    permissions(leafPermissions(hubId)),
  ]);
}

function serviceUser(login: NatsLogin, allowed: Permissions): string {
  return block([
    `user: ${quoted(login.user)}`,
    `password: ${quoted(login.password)}`,
    'allowed_connection_types: [STANDARD]',
    permissions(allowed),
  ]);
}

function permissions({ publish, subscribe }: Permissions): string {
  return `permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } }`;
}

function list(names: readonly string[]): string {
  return `[${names.map(quoted).join(', ')}]`;
}

function jetstream(storeDir: string, domain: string, maxFileBytes: number): string[] {
  return [
    'jetstream {',
    `  store_dir: ${quoted(storeDir)}`,
    `  domain: ${quoted(domain)}`,
    `  max_file_store: ${maxFileBytes}`,
    `  max_memory_store: ${MEMORY_STORE_BYTES}`,
    '}',
  ];
}

function tls(
  paths: CertificatePaths & { readonly caPath: string },
  more: readonly string[],
): string[] {
  return [
    '  tls {',
    `    cert_file: ${quoted(paths.certPath)}`,
    `    key_file: ${quoted(paths.keyPath)}`,
    `    ca_file: ${quoted(paths.caPath)}`,
    ...more.map((line) => `    ${line}`),
    '  }',
  ];
}

function block(entries: readonly string[]): string {
  return `{ ${entries.join(', ')} }`;
}

/** NATS reads double-quoted strings with backslash escapes, as JSON writes them. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function indented(spaces: number, text: readonly string[]): string[] {
  return text.map((line) => `${' '.repeat(spaces)}${line}`);
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
