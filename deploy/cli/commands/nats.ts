import { parseArgs } from 'node:util';
import { required, UsageError, wholeNumber } from '../../../shared/kernel/command-line.ts';
import {
  addHub,
  type DeployedServer,
  type Deployment,
  DeploymentError,
  initDeployment,
  readDeployment,
  revokeHub,
} from '../../nats/deployment.ts';
import type { Command } from '../command.ts';

const MIB = 1024 * 1024;

interface Wanted {
  readonly servers: readonly string[];
  readonly hub: string | undefined;
  readonly hubs: string;
  readonly streamMib: string;
}

const ACTS: Readonly<Record<string, (dir: string, wanted: Wanted) => Promise<Deployment>>> = {
  init: (dir, { servers, hubs, streamMib }) =>
    initDeployment(dir, {
      servers: servers.map(serverOf),
      reserved: {
        hubs: wholeNumber('hubs', hubs, { least: 1, most: 1_000 }),
        bytesEach: wholeNumber('stream-mib', streamMib, { least: 1, most: 1_000_000 }) * MIB,
      },
    }),
  add: (dir, { hub }) => addHub(dir, required(hub, 'hub')),
  revoke: (dir, { hub }) => revokeHub(dir, required(hub, 'hub')),
  list: async (dir) => readDeployment(dir),
};

export const natsCommand: Command = {
  summary: "configurations and certificates of central's nats-servers and of hubs'",
  help: `usage: wuma nats init --dir DIR --server NAME=HOST ... [--hubs N] [--stream-mib N] [--json]
       wuma nats add|revoke --dir DIR --hub ID [--json]
       wuma nats list --dir DIR [--json]

  init     a new deployment: a CA and the configurations of one, three or five servers of central
  add      lets a hub in, or again with a new certificate when it was revoked
  revoke   shuts a hub out
  list     servers and hubs

  --dir DIR           the operator's folder; DIR/pki has the CA's key and goes nowhere
  --server NAME=HOST  a server, and the name or address that it is dialled at; once for each
  --hub ID            of the hub
  --hubs N            for so many hubs room is reserved at the servers (default 64)
  --stream-mib N      what each hub's stream may take (default 256); three servers each keep a copy
  --json              the deployment as one line of JSON

DIR/central/NAME and DIR/hubs/ID are each copied to their machine and run there: nats-server -c nats.conf, in that folder.
After add and revoke the servers' nats.conf are new: copy them and have them read (nats-server --signal reload), one by
one, nothing is interrupted. docs/nats.md tells more.
Exit code 1 when a hub is in already, or is not there.
`,
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        dir: { type: 'string' },
        server: { type: 'string', multiple: true, default: [] },
        hub: { type: 'string' },
        hubs: { type: 'string', default: '64' },
        'stream-mib': { type: 'string', default: '256' },
        json: { type: 'boolean', default: false },
      },
    });
    const [what = ''] = positionals;
    const act = Object.hasOwn(ACTS, what) ? ACTS[what] : undefined;
    if (!act) throw new UsageError(`nats what? One of: ${Object.keys(ACTS).join(', ')}`);
    const { server: servers, hub, hubs, 'stream-mib': streamMib } = values;
    const wanted = { servers, hub, hubs, streamMib };
    try {
      const deployment = await act(required(values.dir, 'dir'), wanted);
      io.out(values.json ? JSON.stringify(deployment) : asText(deployment));
      return 0;
    } catch (error) {
      if (!(error instanceof DeploymentError)) throw error;
      io.progress(error.message);
      return 1;
    }
  },
};

function serverOf(text: string): DeployedServer {
  const [name = '', host = '', ...more] = text.split('=');
  if (name === '' || host === '' || more.length > 0) {
    throw new UsageError('--server is NAME=HOST, as in n1=nats-1.example.org');
  }
  return { name, host };
}

function asText({ servers, hubs }: Deployment): string {
  return [
    ...servers.map(({ name, host, leafPort }) => `server  ${name}  ${host}, leafs ${leafPort}`),
    ...hubs.map(
      ({ hubId, generation, revoked }) =>
        `hub     ${hubId}  certificate ${generation}${revoked ? ', revoked' : ''}`,
    ),
  ].join('\n');
}
