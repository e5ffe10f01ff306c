import { type CommandIo, required, runCommandLine } from '../../shared/kernel/command-line.ts';
import { AnalyticsStore } from '../insight/analytics-store.ts';
import {
  type CohortCell,
  cohortRetention,
  type PurchaseRelation,
} from '../insight/cohort-store.ts';
import {
  type ColumnRole,
  type DataFile,
  DataFileError,
  dayIn,
  findColumn,
  needColumn,
  numberIn,
  openDataFile,
  textIn,
} from '../insight/data-file-store.ts';
import { CUSTOMER_COLUMN, DATE_COLUMN, refuseUnreadable } from '../insight/purchase-file-store.ts';

const HELP = `Counts how many customers come back, by the month of their first purchase.

  wuma evaluate cohorts --transactions FILE [--customer COL] [--date COL] [--invoice COL] [--quantity COL]
                        [--price COL] [--json]

  --transactions FILE  CSV or Parquet, a row per purchase or line item
  --customer COL, --date COL, --invoice COL, --quantity COL, --price COL
                       columns, where they are not called so
  --json               one line of JSON on stdout: {"cohorts":[{"cohort":"2010-12","k":0,"n":885}, ...]}

cohort is the month of the first purchase, k the calendar months since, n the customers who bought in that month.
Left out: rows without a customer, and where the file has such columns, those of a cancelled invoice (C...) and those
whose quantity or price is not above 0.
`;

const INVOICE_COLUMN: ColumnRole = { option: 'invoice', usualNames: ['invoice_no', 'invoice'] };
const QUANTITY_COLUMN: ColumnRole = { option: 'quantity', usualNames: ['quantity'] };
const PRICE_COLUMN: ColumnRole = { option: 'price', usualNames: ['unit_price', 'price'] };

type NamedColumns = Readonly<
  Record<'customer' | 'date' | 'invoice' | 'quantity' | 'price', string | undefined>
>;

/** `wuma evaluate cohorts`. @returns the exit code: 0 done, 2 wrong usage or an unreadable file, 1 else */
export function runEvaluateCohorts(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        transactions: { type: 'string' },
        customer: { type: 'string' },
        date: { type: 'string' },
        invoice: { type: 'string' },
        quantity: { type: 'string' },
        price: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof DataFileError,
      run: async (values, { writeOut }) => {
        const { transactions, customer, date, invoice, quantity, price, json } = values;
        const path = required(transactions, 'transactions');
        const cohorts = await cohortsIn(path, { customer, date, invoice, quantity, price });
        writeOut(json ? `${JSON.stringify({ cohorts })}\n` : tableOf(cohorts));
        return 0;
      },
    },
    argv,
    io,
  );
}

async function cohortsIn(path: string, named: NamedColumns): Promise<CohortCell[]> {
  const store = await AnalyticsStore.open();
  try {
    const file = await openDataFile(store, path);
    const purchases = purchasesIn(file, named);
    await refuseUnreadable(store, file, {
      unless: `${purchases.day} IS NOT NULL`,
      among: purchases.customer,
      what: 'day',
    });
    return await cohortRetention(store, purchases);
  } finally {
    store.close();
  }
}

function purchasesIn(file: DataFile, named: NamedColumns): PurchaseRelation {
  const invoice = findColumn(file, INVOICE_COLUMN, named.invoice);
  const positive = [
    findColumn(file, QUANTITY_COLUMN, named.quantity),
    findColumn(file, PRICE_COLUMN, named.price),
  ].filter((column) => column !== undefined);
  const conditions = [
    ...(invoice ? [`NOT starts_with(coalesce(${textIn(invoice)}, ''), 'C')`] : []),
    ...positive.map((column) => `${numberIn(column)} > 0`),
  ];
  return {
    relation: file.relation,
    customer: textIn(needColumn(file, CUSTOMER_COLUMN, named.customer)),
    day: dayIn(needColumn(file, DATE_COLUMN, named.date)),
    counts: conditions.join(' AND ') || 'true',
  };
}

function tableOf(cohorts: readonly CohortCell[]): string {
  return ['cohort,k,n', ...cohorts.map(({ cohort, k, n }) => `${cohort},${k},${n}`), ''].join('\n');
}
