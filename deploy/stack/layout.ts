import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../shared/kernel/assert.ts';
import { freePorts } from './free-ports.ts';

/** A hub to be started, and the terminals that get certificates for it. */
export interface HubSpec {
  readonly hubId: string;
  readonly streetId: string;
  readonly streetName: string;
  readonly terminals: readonly string[];
}

/** Of one of central's nats-servers. */
export interface NatsPorts {
  readonly client: number;
  readonly leaf: number;
  /** Where the servers of a cluster find one another. */
  readonly route: number;
}

export interface CentralPorts {
  readonly http: number;
  readonly nats: readonly NatsPorts[];
  readonly postgres: number;
}

export interface HubPorts {
  /** 0: the hub takes a free one and says which. */
  readonly http: number;
  readonly mqtt: number;
  readonly nats: number;
  /** One for each of central's nats-servers; 0 takes a free one. */
  readonly wan: readonly number[];
}

export interface StackPorts {
  readonly central: CentralPorts;
  readonly hubs: readonly HubPorts[];
}

/**
 * Every port of a stack.
 *
 * | central | +0 HTTP, +1 NATS clients, +2 NATS leafs, +3 PostgreSQL, +4 NATS routes |
 * | the way to central, hub k | +5+k |
 * | hub k | +10+10k HTTP, +11+10k MQTT over TLS, +12+10k NATS clients |
 *
 * Further nats-servers of central take free ports, and so do the ways to them.
 *
 * @param portBase 0 takes free ports
 */
export async function stackPorts(
  portBase: number,
  counts: { readonly hubs: number; readonly natsServers: number },
): Promise<StackPorts> {
  const more = counts.natsServers - 1;
  const free = await freePorts(5 + 3 * more + counts.hubs);
  const next = (): number => present(free.pop(), 'a free port');
  const moreNats = Array.from({ length: more }, () => natsPorts(next));
  const moreWays = Array.from({ length: more }, () => 0);
  if (portBase !== 0) {
    return {
      central: {
        http: portBase,
        nats: [{ client: portBase + 1, leaf: portBase + 2, route: portBase + 4 }, ...moreNats],
        postgres: portBase + 3,
      },
      hubs: Array.from({ length: counts.hubs }, (_, k) => ({
        wan: [portBase + 5 + k, ...moreWays],
        http: portBase + 10 + 10 * k,
        mqtt: portBase + 11 + 10 * k,
        nats: portBase + 12 + 10 * k,
      })),
    };
  }
  return {
    // hubs are told central's address before it listens
    central: { http: next(), nats: [natsPorts(next), ...moreNats], postgres: next() },
    hubs: Array.from({ length: counts.hubs }, () => ({
      wan: [0, ...moreWays],
      http: 0,
      mqtt: 0,
      nats: next(),
    })),
  };
}

function natsPorts(next: () => number): NatsPorts {
  return { client: next(), leaf: next(), route: next() };
}

/** Where a stack keeps what. */
export interface StackFolders {
  readonly root: string;
  readonly pki: string;
  /** File of the city's template keys; in operation each hub has a copy of its own. */
  readonly templateKeys: string;
  readonly logs: string;
  readonly central: string;
  hub(hubId: string): string;
}

/**
 * Makes the folders. They can be passed through by others, not listed: PostgreSQL refuses to run as
 * root, so under root its files belong to another user and lie below.
 */
export function makeFolders(root: string): StackFolders {
  const folders: StackFolders = {
    root,
    pki: join(root, 'pki'),
    templateKeys: join(root, 'template.keys'),
    logs: join(root, 'logs'),
    central: join(root, 'central'),
    hub: (hubId) => join(root, hubId),
  };
  for (const folder of [root, folders.central, folders.logs]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o711);
  }
  return folders;
}
