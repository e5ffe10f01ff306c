import { parseArgs } from 'node:util';
import {
  cityHubListSchema,
  type TrialBalance,
  trialBalanceSchema,
} from '../../../shared/contracts/http-central.ts';
import {
  type LedgerVerdict,
  ledgerVerdictSchema,
} from '../../../shared/contracts/ledger-verdict.ts';
import { required, UsageError } from '../../../shared/kernel/command-line.ts';
import type { Command, CommandIo } from '../command.ts';
import { runInstead } from '../forward.ts';
import { HubClient } from '../hub-client.ts';

const OPTIONS = {
  data: { type: 'string' },
  url: { type: 'string' },
  'token-file': { type: 'string' },
  hub: { type: 'string' },
  currency: { type: 'string', default: 'CNY' },
  json: { type: 'boolean', default: false },
} as const;

interface Asked {
  readonly central: HubClient;
  readonly hub: string | undefined;
  readonly currency: string;
  readonly json: boolean;
}

export const ledgerCommand: Command = {
  summary: 'verify a ledger, or its trial balance: of a hub, from its files, or of central',
  help: `usage: wuma ledger verify --data DIR [--json]
       wuma ledger verify --url URL --token-file FILE [--hub ID] [--json]
       wuma ledger trial-balance --data DIR [--json]
       wuma ledger trial-balance --url URL --token-file FILE [--currency CODE] [--json]

  verify           walks the chain of events, holds each event against its rows and each row against its event, payments
                   against their moves, balances against both. Changes nothing
  trial-balance    both sides of every account; shoppers together
  --data DIR       a hub's HUB_DATA_DIR; also while the hub runs
  --url URL        central, for instance http://localhost:7400
  --token-file F   central's admin token
  --hub ID         one hub's books at central (default: all)
  --json           one line of JSON

Exit code 1 when anything is wrong: the first broken place is told first.
`,
  async run(args, io) {
    const [what, ...rest] = args;
    if (what !== 'verify' && what !== 'trial-balance') {
      throw new UsageError('ledger what? One of: verify, trial-balance');
    }
    const { values } = parseArgs({ args: [...rest], options: OPTIONS });
    if (values.data !== undefined) {
      const json = values.json ? ['--json'] : [];
      return runInstead('edge-hub/verification/main.ts', [what, '--data', values.data, ...json]);
    }
    const central = HubClient.withTokenFile(
      required(values.url, 'url'),
      required(values['token-file'], 'token-file'),
    );
    const { hub, currency, json } = values;
    const asked = { central, hub, currency, json };
    return what === 'verify' ? verify(asked, io) : trialBalance(asked, io);
  },
};

async function verify({ central, hub, json }: Asked, io: CommandIo): Promise<number> {
  const verdicts: LedgerVerdict[] = [];
  for (const hubId of hub === undefined ? await hubsOf(central) : [hub]) {
    io.progress(`walking the books of ${hubId}`);
    verdicts.push(await central.get(`/api/ledger/verify?hub=${hubId}`, ledgerVerdictSchema));
  }
  const ok = verdicts.every((verdict) => verdict.ok);
  io.out(json ? JSON.stringify({ ok, hubs: verdicts }) : verdicts.map(verdictLines).join('\n'));
  return ok ? 0 : 1;
}

async function hubsOf(central: HubClient): Promise<string[]> {
  return (await central.get('/api/hubs', cityHubListSchema)).hubs.map((each) => each.hubId);
}

function verdictLines({ hubId, ok, head, checked, putAside, findings }: LedgerVerdict): string {
  return [
    `${hubId}: ${ok ? 'whole' : 'BROKEN'}, ${checked.events} events to ${head.seq}, ${checked.moves} moves, ${checked.postings} postings, ${putAside} put aside`,
    ...findings.map(
      (each) =>
        `  ${each.code}: ${each.table} ${each.key} (event ${each.seq ?? '-'}) ${each.detail}`,
    ),
  ].join('\n');
}

async function trialBalance({ central, currency, json }: Asked, io: CommandIo): Promise<number> {
  const path = `/api/ledger/trial-balance?currency=${encodeURIComponent(currency)}`;
  const balance = await central.get(path, trialBalanceSchema);
  io.out(json ? JSON.stringify(balance) : balanceLines(balance));
  return balance.balanced ? 0 : 1;
}

function balanceLines({ accounts, totals, currency, balanced }: TrialBalance): string {
  return [
    lineOf(`minor units, ${currency}`, { debitMinor: 'debit', creditMinor: 'credit' }),
    ...accounts.map((each) => lineOf(each.account, each)),
    lineOf(balanced ? 'total' : 'total, NOT BALANCED', totals),
  ].join('\n');
}

function lineOf(name: string, side: { debitMinor: string; creditMinor: string }): string {
  return `${name.padEnd(44)} ${side.debitMinor.padStart(16)} ${side.creditMinor.padStart(16)}`;
}
