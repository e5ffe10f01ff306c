import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  bankExchangeSchema,
  type SettlementRequest,
  type SettlementRun,
  settlementRequestSchema,
  settlementRunDetailSchema,
} from '../../../shared/contracts/http-settlement.ts';
import { uuidV7 } from '../../../shared/domain/ids.ts';
import { required, UsageError, wholeNumber } from '../../../shared/kernel/command-line.ts';
import type { Command, CommandIo } from '../command.ts';
import { HubClient } from '../hub-client.ts';

const LOOK_EVERY_MS = 1_000;

export const settleCommand: Command = {
  summary: 'pay merchants what they are owed: a day, or on demand',
  help: `usage: wuma settle --url URL --token-file FILE (--date DAY | --demand [--merchant ID]) [--run-id ID] [--wait SECONDS] [--json]

  --url URL        central, for instance http://localhost:7400
  --token-file F   central's admin token
  --date DAY       settles what was taken up to the end of this day in China, 2026-11-27; a day is settled once
  --demand         settles what may be paid out by now
  --merchant ID    on demand, this merchant only
  --run-id ID      the UUID of an earlier call that was cut off: the same run, not another one
  --wait SECONDS   waits until the bank has answered for every payout (default 0)
  --json           one line of JSON: the run with its payouts

Files go to the bank at once, and its answers are fetched. Exit code 1 when a payout was returned, or when --wait was not enough.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        'token-file': { type: 'string' },
        date: { type: 'string' },
        demand: { type: 'boolean', default: false },
        merchant: { type: 'string' },
        'run-id': { type: 'string' },
        wait: { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
      },
    });
    const runId = values['run-id'] ?? uuidV7(Date.now(), randomBytes(10));
    const request = requestOf({ ...values, runId });
    const waitS = wholeNumber('wait', values.wait, { least: 0, most: 86_400 });
    const central = HubClient.withTokenFile(
      required(values.url, 'url'),
      required(values['token-file'], 'token-file'),
    );
    io.progress(`run ${runId}`);
    const settled = await central.postFor('/api/settlements', request, settlementRunDetailSchema);
    const until = Date.now() + waitS * 1_000;
    let run = settled;
    for (;;) {
      await central.postFor('/api/bank/exchange', {}, bankExchangeSchema);
      run = await central.get(`/api/settlements/${settled.runId}`, settlementRunDetailSchema);
      if (isAnswered(run) || Date.now() >= until) break;
      await sleep(LOOK_EVERY_MS);
    }
    if (values.json) io.out(JSON.stringify(run));
    else tell(io, run);
    return run.states.returned === 0 && (waitS === 0 || isAnswered(run)) ? 0 : 1;
  },
};

function requestOf(values: {
  readonly runId: string;
  readonly date?: string | undefined;
  readonly demand: boolean;
  readonly merchant?: string | undefined;
}): SettlementRequest {
  const { runId, date, demand, merchant } = values;
  if ((date === undefined) !== demand) throw new UsageError('either --date or --demand is needed');
  if (merchant !== undefined && !demand) throw new UsageError('--merchant goes with --demand');
  const parsed = settlementRequestSchema.safeParse(
    demand ? { kind: 'demand', runId, merchantId: merchant } : { kind: 'daily', runId, day: date },
  );
  if (!parsed.success) throw new UsageError('--date is a day, --run-id a UUID, --merchant an id');
  return parsed.data;
}

function isAnswered({ states }: SettlementRun): boolean {
  return states.instructed + states.accepted === 0;
}

function tell(io: CommandIo, run: SettlementRun): void {
  const { states, files } = run;
  io.out(
    `${run.kind} ${run.day}: ${run.payouts} payouts, ${run.totalMinor} ${run.currency} (minor units)`,
  );
  io.out(`fees ${run.feeMinor}`);
  for (const [state, count] of Object.entries(states)) io.out(`  ${state.padEnd(10)} ${count}`);
  for (const file of files) io.out(`file ${file.messageId} for ${file.executionDate}`);
}
