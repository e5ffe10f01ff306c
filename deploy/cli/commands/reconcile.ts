import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  LedgerReader,
  NotALedgerError,
} from '../../../edge-hub/verification/ledger-reader-store.ts';
import { readJournal } from '../../../firmware-bridge/bridge/journal-reading.ts';
import {
  bookSideSchema,
  type FoundDifference,
  ledgerEntryPageSchema,
  type ToldSide,
} from '../../../shared/contracts/reconciliation.ts';
import {
  type BookSide,
  compareBooks,
  compareJournal,
  type Difference,
  type LedgerEntry,
} from '../../../shared/domain/reconciliation.ts';
import { required, UsageError, wholeNumber } from '../../../shared/kernel/command-line.ts';
import type { Command, CommandIo } from '../command.ts';
import { HubClient } from '../hub-client.ts';

const PAGE = 5_000;
const MAX_REPORTED = 1_000;

/** A hub's ledger as its file has it. */
interface HubLedger {
  readonly hubId: string;
  readonly entries: readonly LedgerEntry[];
  /** When each event was made, ms since the Unix epoch, by its sequence. */
  readonly madeAtMs: ReadonlyMap<number, number>;
}

export const reconcileCommand: Command = {
  summary: 'hold terminal journals, hub ledgers and central’s book against one another',
  help: `usage: wuma reconcile --data DIR [--data DIR …] --url URL --token-file FILE [--journal FILE …]
                      [--grace SECONDS] [--record] [--json]

  --data DIR       a hub's HUB_DATA_DIR, also while the hub runs; several for several hubs
  --url URL        central, for instance http://localhost:7400
  --token-file F   central's admin token
  --journal FILE   a terminal's journal.jsonl; several for several terminals
  --grace SECONDS  events at the end of a hub's chain that are younger may still be on their way (default 60)
  --record         puts what is found into central's exception queue
  --json           one line of JSON: {"ok","hubs":[{"hubId","events","pending","carried","differences":[…]}],
                   "journals":[…]}

Differences: lost_prefix, lost_middle, lost_tail, not_booked, surplus, duplicated, amount_differs, booking_differs,
chain_broken, terminal_paid_not_booked, terminal_amount_differs, terminal_unaware, terminal_open.
Exit code 1 when there is any.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', multiple: true },
        url: { type: 'string' },
        'token-file': { type: 'string' },
        journal: { type: 'string', multiple: true },
        grace: { type: 'string', default: '60' },
        record: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    if (values.data === undefined) throw new UsageError('--data is needed');
    const central = HubClient.withTokenFile(
      required(values.url, 'url'),
      required(values['token-file'], 'token-file'),
    );
    const graceS = wholeNumber('grace', values.grace, { least: 0, most: 86_400 });
    const hubs: HubReconciliation[] = [];
    const ledgers: HubLedger[] = [];
    for (const dataDir of values.data) {
      const { ledger, onlyThere, ...reconciled } = await reconcileHub(
        dataDir,
        central,
        graceS * 1_000,
      );
      io.progress(`${reconciled.hubId}: ${reconciled.events} events`);
      hubs.push(reconciled);
      ledgers.push({ ...ledger, entries: [...ledger.entries, ...onlyThere] });
    }
    const journals = (values.journal ?? []).map((file) => reconcileJournal(file, ledgers));
    if (values.record) await record(central, [...hubs, ...journals]);
    const ok = [...hubs, ...journals].every((each) => each.differences.length === 0);
    if (values.json) io.out(JSON.stringify({ ok, hubs, journals }, withAmounts));
    else tell(io, hubs, journals);
    return ok ? 0 : 1;
  },
};

function readHub(dataDir: string): HubLedger {
  const reader = openLedger(join(dataDir, 'hub.db'));
  try {
    const { moveOf } = reader.lookups();
    const entries: LedgerEntry[] = [];
    const madeAtMs = new Map<number, number>();
    let hubId = '';
    for (const { seq, hash, source, occurredAt } of reader.events()) {
      const move = moveOf.get(seq);
      hubId = source;
      entries.push({ seq: Number(seq), hash, booked: move ?? null });
      madeAtMs.set(Number(seq), Date.parse(occurredAt));
    }
    return { hubId, entries, madeAtMs };
  } finally {
    reader.close();
  }
}

function openLedger(path: string): LedgerReader {
  try {
    return LedgerReader.open(path);
  } catch (error) {
    throw error instanceof NotALedgerError ? new UsageError(error.message) : error;
  }
}

interface HubReconciliation {
  readonly hubId: string;
  readonly events: number;
  /** Events at the chain's end that are too young to be missed. */
  readonly pending: number;
  /** Events that central alone has, of a hub that was restored from a backup. */
  readonly carried: number;
  readonly differences: readonly Difference[];
}

/** Central is read first: what it has, the hub's file, which is read after it, must have too. */
async function reconcileHub(
  dataDir: string,
  central: HubClient,
  graceMs: number,
): Promise<
  HubReconciliation & { readonly ledger: HubLedger; readonly onlyThere: readonly LedgerEntry[] }
> {
  const { hubId } = readHub(dataDir);
  const { booked, carried } = await readCentral(central, hubId);
  const ledger = readHub(dataDir);
  const last = booked.at(-1)?.seq ?? 0;
  const since = Date.now() - graceMs;
  const settled = ledger.entries.filter(
    ({ seq }) => seq <= last || (ledger.madeAtMs.get(seq) ?? 0) < since,
  );
  const events = ledger.entries.length;
  const pending = events - settled.length;
  const differences = compareBooks(settled, booked);
  return {
    hubId,
    events,
    pending,
    carried: carried.length,
    differences,
    ledger,
    onlyThere: carried,
  };
}

/** @returns `carried`: what central alone has, of a hub that was restored from a backup */
async function readCentral(
  central: HubClient,
  hubId: string,
): Promise<{ readonly booked: LedgerEntry[]; readonly carried: LedgerEntry[] }> {
  const entries = { booked: new Array<LedgerEntry>(), carried: new Array<LedgerEntry>() };
  let after = 0;
  for (;;) {
    const path = `/api/ledger/entries?hub=${hubId}&after=${after}&limit=${PAGE}`;
    const page = await central.get(path, ledgerEntryPageSchema);
    for (const { booked, place, carried, ...entry } of page.entries) {
      const amountMinor = BigInt(booked?.amountMinor ?? 0);
      const side = carried ? entries.carried : entries.booked;
      side.push({ ...entry, booked: booked && { ...booked, amountMinor } });
      after = place;
    }
    if (!page.more) return entries;
  }
}

/** A terminal's payments may lie at several hubs, where it was moved; what differs is its last one's to work off. */
function reconcileJournal(file: string, ledgers: readonly HubLedger[]) {
  const payments = readJournal(readFileSync(file, 'utf8'));
  const ids = new Set(payments.map(({ paymentId }) => paymentId));
  const isOfJournal = ({ booked }: LedgerEntry): boolean => ids.has(booked?.paymentId ?? '');
  const known = ledgers.findLast(({ entries }) => entries.some(isOfJournal));
  const hubId = (known ?? ledgers[0])?.hubId ?? '';
  const captured = ledgers.flatMap(({ entries }) => entries);
  return {
    file,
    hubId,
    payments: payments.length,
    differences: compareJournal(payments, captured),
  };
}

async function record(
  central: HubClient,
  found: readonly Pick<HubReconciliation, 'hubId' | 'differences'>[],
): Promise<void> {
  for (const { hubId, differences } of found) {
    const reported = differences.slice(0, MAX_REPORTED).map(foundOf);
    await central.post('/api/reconciliation/exceptions', { hubId, differences: reported });
  }
}

function foundOf({ code, seq, toSeq, paymentId, detail, sides }: Difference): FoundDifference {
  const run = seq === toSeq ? `event ${seq}` : `events ${seq}-${toSeq}`;
  const subject = paymentId === null ? run : `payment ${paymentId}`;
  return { code, subject, seq, detail, sides: sides.map(toldSide) };
}

/** As messages have it. The hub's file and the journal hold checked rows. */
function toldSide({ amountMinor, ...side }: BookSide): ToldSide {
  return bookSideSchema.parse({ ...side, amountMinor: amountMinor?.toString() ?? null });
}

/** Amounts as text: JSON has no whole numbers beyond 2^53. */
function withAmounts(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function tell(
  io: CommandIo,
  hubs: readonly HubReconciliation[],
  journals: readonly { file: string; payments: number; differences: readonly Difference[] }[],
): void {
  for (const { hubId, events, pending, carried, differences } of hubs) {
    const counts = `${events} events, ${pending} on their way, ${carried} at central alone`;
    io.out(`${hubId}: ${counts}, ${differences.length} differences`);
    for (const each of differences) io.out(`  ${lineOf(each)}`);
  }
  for (const { file, payments, differences } of journals) {
    io.out(`${file}: ${payments} payments, ${differences.length} differences`);
    for (const each of differences) io.out(`  ${lineOf(each)}`);
  }
}

function lineOf({ code, seq, toSeq, paymentId, detail }: Difference): string {
  return `${code} ${seq === null ? '' : `${seq}-${toSeq} `}${paymentId ?? ''} ${detail}`;
}
