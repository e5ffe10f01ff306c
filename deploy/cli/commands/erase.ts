import { parseArgs } from 'node:util';
import { required } from '../../../shared/kernel/command-line.ts';
import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';
import { HubClient } from '../hub-client.ts';

export const eraseCommand: Command = {
  summary: 'erase a person, on this hub and on every other',
  help: `usage: wuma erase --hub URL --token-file FILE --shopper UUID [--json]
       wuma erase --prove --data DIR [--pid N] --hub URL --token-file FILE --shopper UUID [--json]

  --hub URL          a hub that knows the person, for instance http://localhost:7410
  --token-file FILE  the hub's admin.token
  --shopper UUID     the id that enrolment gave
  --json             the hub's answer as one line of JSON; signed receipts reach central
  --prove            on the hub's machine: search its files, and its memory, before and after (wuma erase --prove --help)
`,
  async run(args, io) {
    if (args.includes('--prove')) return runInstead('edge-hub/erasure/main.ts', args);
    const { values } = parseArgs({
      args: [...args],
      options: {
        hub: { type: 'string' },
        'token-file': { type: 'string' },
        shopper: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const client = HubClient.withTokenFile(
      required(values.hub, 'hub'),
      required(values['token-file'], 'token-file'),
    );
    const shopperId = required(values.shopper, 'shopper');
    const receipt = await client.erase(shopperId);
    io.out(values.json ? JSON.stringify(receipt) : `erased ${shopperId}`);
    return 0;
  },
};
