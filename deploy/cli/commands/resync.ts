import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  cityHubListSchema,
  type ResyncState,
  resyncSchema,
} from '../../../shared/contracts/http-central.ts';
import { required, wholeNumber } from '../../../shared/kernel/command-line.ts';
import type { Command } from '../command.ts';
import { HubClient } from '../hub-client.ts';

const LOOK_EVERY_MS = 500;

export const resyncCommand: Command = {
  summary: 'fetch what hubs’ ledgers have and central has not',
  help: `usage: wuma resync --url URL --token-file FILE [--hub ID] [--wait SECONDS] [--json]

  --url URL        central, for instance http://localhost:7400
  --token-file F   central's admin token
  --hub ID         one hub (default: all)
  --wait SECONDS   how long it may take (default 60)
  --json           one line of JSON: {"ok":…,"hubs":[…]}

Central does the same by itself at a gap, when a stream was made anew or has lost events, and when an idle hub turns out to
be ahead. That it is due is kept at central: an interrupted resync goes on from where it was, whoever is started next.
Exit code 1 when a hub did not answer in time; it stays due then.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        'token-file': { type: 'string' },
        hub: { type: 'string' },
        wait: { type: 'string', default: '60' },
        json: { type: 'boolean', default: false },
      },
    });
    const waitS = wholeNumber('wait', values.wait, { least: 0, most: 86_400 });
    const central = HubClient.withTokenFile(
      required(values.url, 'url'),
      required(values['token-file'], 'token-file'),
    );
    const hubIds = values.hub === undefined ? await hubsOf(central) : [values.hub];
    for (const hubId of hubIds) await central.post(`/api/hubs/${hubId}/resync`, {});
    const until = Date.now() + waitS * 1_000;
    const hubs: ResyncState[] = [];
    for (const hubId of hubIds) {
      io.progress(`reading the ledger of ${hubId}`);
      hubs.push(await untilDone(central, hubId, until));
    }
    const ok = hubs.every(({ done }) => done !== null);
    io.out(values.json ? JSON.stringify({ ok, hubs }) : hubs.map(lineOf).join('\n'));
    return ok ? 0 : 1;
  },
};

async function hubsOf(central: HubClient): Promise<string[]> {
  return (await central.get('/api/hubs', cityHubListSchema)).hubs.map((each) => each.hubId);
}

async function untilDone(central: HubClient, hubId: string, untilMs: number): Promise<ResyncState> {
  for (;;) {
    const state = await central.get(`/api/hubs/${hubId}/resync`, resyncSchema);
    if (state.done !== null || Date.now() >= untilMs) return state;
    await sleep(LOOK_EVERY_MS);
  }
}

function lineOf({ hubId, fromSeq, bookedSeq, done }: ResyncState): string {
  const booked = `${bookedSeq - fromSeq} events booked, to ${bookedSeq}`;
  return `${hubId}: ${booked}${done === null ? ', NOT DONE YET' : ''}`;
}
