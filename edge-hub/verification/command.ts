import { join } from 'node:path';
import type { LedgerVerdict } from '../../shared/contracts/ledger-verdict.ts';
import { currencySchema } from '../../shared/contracts/primitives.ts';
import { formatAmount } from '../../shared/domain/money.ts';
import { type CommandLine, required } from '../../shared/kernel/command-line.ts';
import { type BalanceRow, LedgerReader, NotALedgerError } from './ledger-reader-store.ts';
import { verifyLedger } from './verify-ledger.ts';

const HELP = `usage: wuma ledger verify --data DIR [--json]
       wuma ledger trial-balance --data DIR [--json]

Reads a hub's ledger from its data folder, also while the hub runs; changes nothing.

  --data DIR  the hub's HUB_DATA_DIR, with hub.db in it
  --json      one line of JSON
`;

const OPTIONS = {
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

const isUsage = (error: unknown): boolean => error instanceof NotALedgerError;

/** Walks a hub's ledger. Exit code 1 when anything is wrong; the first broken place is told first. */
export const verifyCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  isUsage,
  run: async ({ data, json }, io) => {
    const verdict = reading(required(data, 'data'), verifyLedger);
    io.writeOut(json ? `${JSON.stringify(verdict)}\n` : verdictText(verdict));
    return verdict.ok ? 0 : 1;
  },
};

/** Both sides of every account; shoppers together. Exit code 1 when the sides differ. */
export const trialBalanceCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  isUsage,
  run: async ({ data, json }, io) => {
    const accounts = together(reading(required(data, 'data'), (reader) => reader.balances()));
    const totals = totalsOf(accounts);
    const balanced = totals.every((total) => total.debitMinor === total.creditMinor);
    const text = json
      ? JSON.stringify({ balanced, accounts: accounts.map(asText), totals: totals.map(asText) })
      : [...accounts, ...totals].map(balanceLine).join('\n');
    io.writeOut(`${text}\n`);
    return balanced ? 0 : 1;
  },
};

function reading<T>(dataDir: string, work: (reader: LedgerReader) => T): T {
  const reader = LedgerReader.open(join(dataDir, 'hub.db'));
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

function together(rows: readonly BalanceRow[]): BalanceRow[] {
  return summed(rows, (row) =>
    row.account.startsWith('receivable:shopper:') ? 'receivable:shoppers' : row.account,
  );
}

function totalsOf(rows: readonly BalanceRow[]): BalanceRow[] {
  return summed(rows, () => 'total');
}

function summed(rows: readonly BalanceRow[], nameOf: (row: BalanceRow) => string): BalanceRow[] {
  const sums = new Map<string, BalanceRow>();
  for (const row of rows) {
    const account = nameOf(row);
    const key = `${account} ${row.currency}`;
    const sum = sums.get(key) ?? { ...row, account, debitMinor: 0n, creditMinor: 0n };
    sums.set(key, {
      ...sum,
      debitMinor: sum.debitMinor + row.debitMinor,
      creditMinor: sum.creditMinor + row.creditMinor,
    });
  }
  return [...sums.values()];
}

function asText(row: BalanceRow) {
  return {
    ...row,
    debitMinor: row.debitMinor.toString(),
    creditMinor: row.creditMinor.toString(),
  };
}

function balanceLine({ account, currency, debitMinor, creditMinor }: BalanceRow): string {
  const text = (amountMinor: bigint): string =>
    formatAmount({ amountMinor, currency: currencySchema.parse(currency) }).padStart(16);
  return `${account.padEnd(44)} ${text(debitMinor)} ${text(creditMinor)} ${currency}`;
}

/** The verdict for the eye. */
function verdictText({ hubId, ok, head, checked, findings }: LedgerVerdict): string {
  const { events, moves, postings, requests, auditEntries } = checked;
  const lines = [
    `${hubId}: ${events} events to ${head.seq} (${head.hash.slice(0, 12)}…), ${moves} moves, ${postings} postings, ${requests} requests, ${auditEntries} audit entries`,
    ...findings.map(
      (each) =>
        `  ${each.code}: ${each.table} ${each.key} (event ${each.seq ?? '-'}) ${each.detail}`,
    ),
    ok ? 'whole' : `BROKEN, first at ${findings[0]?.table} ${findings[0]?.key}`,
  ];
  return `${lines.join('\n')}\n`;
}
