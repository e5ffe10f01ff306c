import { type Clock, systemClock } from '../../shared/kernel/clock.ts';
import { CertificateAuthority, type CertificatePaths } from './certificate-authority.ts';

export interface HubCertificates {
  /** The hub's MQTT server: CN is the hub id, for localhost and 127.0.0.1. */
  readonly server: CertificatePaths;
  /** The hub's nats-server towards central's leaf port: CN is `leaf-<hub id>`. */
  readonly leaf: CertificatePaths;
}

export interface DevelopmentPki {
  readonly dir: string;
  readonly caPath: string;
  /** Revocation list, PEM; empty at first. */
  readonly crlPath: string;
  readonly centralNats: CertificatePaths;
  /** Central's service towards its nats-servers, where these ask for a certificate. */
  readonly centralService: CertificatePaths;
  readonly hubs: Readonly<Record<string, HubCertificates>>;
  /** Client certificates, CN is the terminal id. The key also signs the terminal's probes. */
  readonly terminals: Readonly<Record<string, CertificatePaths>>;
  readonly authority: CertificateAuthority;
}

/** The subject that central's nats-server maps to a user: see `centralNatsConf`. */
export function leafCommonName(hubId: string): string {
  return `leaf-${hubId}`;
}

/** Subject of central's service. */
export const CENTRAL_SERVICE_NAME = 'central-service';

const THIS_MACHINE = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] };

/**
 * Makes the certificates of one street and city on one machine, or finds those made before. For
 * development: the CA's key lies beside them.
 *
 * @param options.dir folder for everything, made with mode 0700
 */
export async function createDevelopmentPki(options: {
  readonly dir: string;
  readonly hubs: readonly string[];
  readonly terminals: readonly string[];
  readonly clock?: Clock;
}): Promise<DevelopmentPki> {
  const authority = await CertificateAuthority.open({
    dir: options.dir,
    commonName: 'Wuma development CA',
    clock: options.clock ?? systemClock,
  });
  const centralNats = await authority.issue({
    name: 'central-nats',
    commonName: 'central-nats',
    // servers of a cluster dial one another
    usage: ['server', 'client'],
    ...THIS_MACHINE,
  });
  const centralService = await authority.issue({
    name: CENTRAL_SERVICE_NAME,
    commonName: CENTRAL_SERVICE_NAME,
    usage: ['client'],
  });
  const hubs: Record<string, HubCertificates> = {};
  for (const hubId of options.hubs) {
    hubs[hubId] = await issueHub(authority, hubId);
  }
  const terminals: Record<string, CertificatePaths> = {};
  for (const terminalId of options.terminals) {
    terminals[terminalId] = await authority.issue({
      name: `terminal-${terminalId}`,
      commonName: terminalId,
      usage: ['client'],
    });
  }
  return {
    dir: options.dir,
    caPath: authority.certPath,
    crlPath: authority.crlPath,
    centralNats,
    centralService,
    hubs,
    terminals,
    authority,
  };
}

async function issueHub(authority: CertificateAuthority, hubId: string): Promise<HubCertificates> {
  return {
    server: await authority.issue({
      name: `hub-${hubId}`,
      commonName: hubId,
      // it also signs and calls out in the hub's name
      usage: ['server', 'client'],
      ...THIS_MACHINE,
    }),
    leaf: await authority.issue({
      name: `leaf-${hubId}`,
      commonName: leafCommonName(hubId),
      usage: ['client'],
    }),
  };
}
