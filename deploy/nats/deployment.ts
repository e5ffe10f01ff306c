import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { CertificateAuthority, type CertificatePaths } from '../pki/certificate-authority.ts';
import { CENTRAL_SERVICE_NAME, leafCommonName } from '../pki/development-pki.ts';
import { CENTRAL_STREAM_BYTES, centralNatsConf, hubNatsConf, STREAM_COPIES } from './nats-conf.ts';
import { secretInFile } from './nats-secrets.ts';

const portSchema = z.int().min(1).max(65_535);

const serverSchema = z.strictObject({
  name: nameSchema,
  /** Name or address that the other servers, central's service and hubs dial. */
  host: z.string().regex(/^[a-zA-Z0-9.:-]{1,253}$/),
  /** Where it listens; all of its addresses unless told otherwise. */
  listen: z.string().default('0.0.0.0'),
  clientPort: portSchema.default(4222),
  leafPort: portSchema.default(7422),
  routePort: portSchema.default(6222),
});

const hubSchema = z.strictObject({
  hubId: nameSchema,
  /** Counts the hub's certificates. One that was revoked is never good again. */
  generation: z.int().min(1),
  revoked: z.boolean(),
  /** Port of its nats-server on its own machine. */
  clientPort: portSchema.default(4222),
});

const deploymentSchema = z.strictObject({
  /** One, or three or five that keep every stream in three copies. */
  servers: z.array(serverSchema).refine(({ length }) => [1, 3, 5].includes(length)),
  hubs: z.array(hubSchema),
  /** Room at each server: it is taken when a server starts, so that no hub can take another's. */
  reserved: z.strictObject({
    hubs: z.int().min(1).max(1_000),
    bytesEach: z.int().min(1024 * 1024),
  }),
});

export type Deployment = z.output<typeof deploymentSchema>;
export type DeployedServer = z.input<typeof serverSchema>;
type DeployedHub = Deployment['hubs'][number];

/** What was asked for does not fit what is there. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}

const FILE = 'deployment.json';
const DEFAULT_HUBS = 64;
/** Where a hub's nats-server is asked for by its service. */
const LOOPBACK = '127.0.0.1';

/** A new deployment in a folder. @throws DeploymentError when there is one */
export async function initDeployment(
  dir: string,
  parts: {
    readonly servers: readonly DeployedServer[];
    readonly reserved?: Partial<Deployment['reserved']>;
  },
): Promise<Deployment> {
  if (existsSync(join(dir, FILE))) throw new DeploymentError(`is there already: ${dir}`);
  const deployment = deploymentSchema.parse({
    servers: parts.servers,
    hubs: [],
    reserved: { hubs: DEFAULT_HUBS, bytesEach: CENTRAL_STREAM_BYTES, ...parts.reserved },
  });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await writeDeployment(dir, deployment);
  return deployment;
}

export function readDeployment(dir: string): Deployment {
  return deploymentSchema.parse(JSON.parse(readFileSync(join(dir, FILE), 'utf8')));
}

/**
 * Lets a hub in, or again with a new certificate when it was revoked.
 *
 * @throws DeploymentError when it is in, or where there is no room for one more
 */
export async function addHub(dir: string, hubId: string, clientPort = 4222): Promise<Deployment> {
  const deployment = readDeployment(dir);
  const known = deployment.hubs.find((hub) => hub.hubId === hubId);
  if (known && !known.revoked) throw new DeploymentError(`hub ${hubId} is in already`);
  if (!known && deployment.hubs.length >= deployment.reserved.hubs) {
    throw new DeploymentError(`room is reserved for ${deployment.reserved.hubs} hubs`);
  }
  const generation = (known?.generation ?? 0) + 1;
  const hub = { hubId: nameSchema.parse(hubId), generation, revoked: false, clientPort };
  return change(dir, deployment, hub);
}

/**
 * Shuts a hub out: its certificate is good for nothing once the servers have read their new configuration. What is in
 * its stream is still read.
 *
 * @throws DeploymentError when it is not in
 */
export async function revokeHub(dir: string, hubId: string): Promise<Deployment> {
  const deployment = readDeployment(dir);
  const known = deployment.hubs.find((hub) => hub.hubId === hubId && !hub.revoked);
  if (!known) throw new DeploymentError(`there is no hub ${hubId} to be revoked`);
  rmSync(join(dir, 'hubs', hubId), { recursive: true, force: true });
  return change(dir, deployment, { ...known, revoked: true });
}

async function change(dir: string, deployment: Deployment, hub: DeployedHub): Promise<Deployment> {
  const others = deployment.hubs.filter(({ hubId }) => hubId !== hub.hubId);
  const changed = { ...deployment, hubs: [...others, hub] };
  await writeDeployment(dir, changed);
  return changed;
}

/**
 * Writes what belongs to each machine into a folder of its own, to be copied there as it is: `central/NAME` for each
 * server, `central/service` for central, `hubs/ID` for each hub. `pki` stays with the operator.
 */
async function writeDeployment(dir: string, deployment: Deployment): Promise<void> {
  const authority = await CertificateAuthority.open({
    dir: join(dir, 'pki'),
    commonName: 'Wuma NATS CA',
    clock: systemClock,
  });
  for (const server of deployment.servers)
    await writeServer({ dir, authority }, deployment, server);
  await writeService({ dir, authority }, deployment);
  for (const hub of deployment.hubs.filter(({ revoked }) => !revoked)) {
    await writeHub({ dir, authority }, deployment, hub);
  }
  // last: what it names is there
  writeText(join(dir, FILE), `${JSON.stringify(deployment, null, 2)}\n`);
}

interface Desk {
  readonly dir: string;
  readonly authority: CertificateAuthority;
}

async function writeServer(
  { dir, authority }: Desk,
  deployment: Deployment,
  server: Deployment['servers'][number],
): Promise<void> {
  const { servers, hubs } = deployment;
  const folder = join(dir, 'central', server.name);
  const certificate = await authority.issue({
    name: `server-${server.name}`,
    commonName: `nats-${server.name}`,
    usage: ['server', 'client'],
    ...(isIP(server.host) === 0 ? { dnsNames: [server.host] } : { ipAddresses: [server.host] }),
  });
  const files = place(folder, 'server', { authority, from: certificate });
  const linked = hubs.filter(({ revoked }) => !revoked);
  const conf = centralNatsConf({
    host: server.listen,
    clientPort: server.clientPort,
    leafPort: server.leafPort,
    storeDir: 'store',
    tls: files,
    service: { commonName: CENTRAL_SERVICE_NAME },
    hubs: linked.map((hub) => ({ hubId: hub.hubId, commonName: commonNameOf(hub) })),
    formerHubs: hubs.filter(({ revoked }) => revoked).map(({ hubId }) => hubId),
    streams: 'central',
    reserved: deployment.reserved,
    ...(servers.length > 1 && {
      cluster: {
        serverName: server.name,
        port: server.routePort,
        routes: servers.map(({ host, routePort }) => `${host}:${routePort}`),
      },
    }),
  });
  writeText(join(folder, 'nats.conf'), conf);
}

async function writeService({ dir, authority }: Desk, deployment: Deployment): Promise<void> {
  const { servers, hubs, reserved } = deployment;
  const folder = join(dir, 'central', 'service');
  const certificate = await authority.issue({
    name: CENTRAL_SERVICE_NAME,
    commonName: CENTRAL_SERVICE_NAME,
    usage: ['client'],
  });
  place(folder, 'service', { authority, from: certificate });
  writeText(
    join(folder, 'central.env'),
    environment({
      CENTRAL_NATS_URL: servers
        .map(({ host, clientPort }) => `tls://${host}:${clientPort}`)
        .join(','),
      CENTRAL_NATS_TLS_CA: 'ca.pem',
      CENTRAL_NATS_TLS_CERT: 'service.pem',
      CENTRAL_NATS_TLS_KEY: 'service.key',
      CENTRAL_HUBS: hubs.map(({ hubId }) => hubId).join(','),
      CENTRAL_STREAMS_AT: 'central',
      CENTRAL_STREAM_REPLICAS: String(Math.min(servers.length, STREAM_COPIES)),
      CENTRAL_STREAM_MAX_BYTES: String(reserved.bytesEach),
    }),
  );
}

async function writeHub(
  { dir, authority }: Desk,
  { servers }: Deployment,
  hub: DeployedHub,
): Promise<void> {
  const { hubId, clientPort } = hub;
  const folder = join(dir, 'hubs', hubId);
  const certificate = await authority.issue({
    name: `leaf-${hubId}`,
    commonName: commonNameOf(hub),
    usage: ['client'],
  });
  const files = place(folder, 'leaf', { authority, from: certificate });
  const password = secretInFile(join(folder, 'nats.password'));
  const conf = hubNatsConf({
    hubId,
    host: LOOPBACK,
    clientPort,
    storeDir: 'store',
    tls: files,
    service: { user: hubId, password },
    central: servers.map(({ host, leafPort }) => `${host}:${leafPort}`),
    streams: 'central',
  });
  writeText(join(folder, 'nats.conf'), conf);
  writeText(
    join(folder, 'hub.env'),
    environment({
      HUB_NATS_URL: `nats://${LOOPBACK}:${clientPort}`,
      HUB_NATS_USER: hubId,
      HUB_NATS_PASSWORD_FILE: 'nats.password',
      HUB_STREAM_AT: 'central',
    }),
  );
}

/** The first certificate has the plain name; each after a revocation has one that was never let in before. */
function commonNameOf({ hubId, generation }: DeployedHub): string {
  return generation === 1 ? leafCommonName(hubId) : `${leafCommonName(hubId)}.${generation}`;
}

/** Copies a certificate, its key and the CA's certificate. @returns their names as seen from the folder */
function place(
  folder: string,
  name: string,
  {
    authority,
    from,
  }: { readonly authority: CertificateAuthority; readonly from: CertificatePaths },
) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(authority.certPath, join(folder, 'ca.pem'));
  copyFileSync(from.certPath, join(folder, `${name}.pem`));
  copyFileSync(from.keyPath, join(folder, `${name}.key`));
  return { certPath: `${name}.pem`, keyPath: `${name}.key`, caPath: 'ca.pem' };
}

function environment(settings: Readonly<Record<string, string>>): string {
  const rows = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `${rows.join('\n')}\n`;
}

/** In one step, readable by its owner alone: there are passwords in some. */
function writeText(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
