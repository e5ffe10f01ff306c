import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
} from '../../shared/kernel/command-line.ts';
import { AnalyticsStore } from '../insight/analytics-store.ts';
import { DataFileError } from '../insight/data-file-store.ts';
import { type BgNbdFit, type FitProblem, fitBgNbd } from '../insight/lifetime-value/bg-nbd.ts';
import { fitGammaGamma, type GammaGammaFit } from '../insight/lifetime-value/gamma-gamma.ts';
import {
  type PurchaseHistory,
  purchaseHistories,
} from '../insight/lifetime-value/purchase-history.ts';
import { readPurchases } from '../insight/purchase-file-store.ts';

const HELP = `Fits the purchase model BG/NBD to transactions: how often customers buy, and who has gone for good.

  wuma evaluate clv --transactions FILE [--customer COL] [--date COL] [--amount COL] [--until DATE] [--json]

  --transactions FILE  CSV (separator and line of names are recognised) or Parquet, a row per purchase or line item
  --customer COL       column of the customer (default: the one that is called so)
  --date COL           column of the day: a date, a time, or text as 1997-09-30, 19970930 or 30.09.1997
  --amount COL         column of the amount: fits Gamma-Gamma too, what customers spend a purchase
  --until DATE         last day looked at (default: the last in the file)
  --json               one line of JSON on stdout: {"r","alpha","a","b","logLikelihood","customers","repeats"}, with
                       --amount also "spend": {"p","q","gamma","logLikelihood","customers"}

Purchases of a customer on the same day count as one. Times are in weeks.
`;

const PROBLEMS: Record<FitProblem, string> = {
  'too-few-customers': 'too few customers for a model',
  'no-repeats': 'nobody bought twice: there is nothing to fit',
  'no-convergence': 'the likelihood has no maximum that could be found',
};

interface ClvEvaluation extends BgNbdFit {
  readonly customers: number;
  readonly repeats: number;
  readonly spend?: GammaGammaFit & { readonly customers: number };
}

/** `wuma evaluate clv`. @returns the exit code: 0 done, 2 wrong usage or an unreadable file, 1 else */
export function runEvaluateClv(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        transactions: { type: 'string' },
        customer: { type: 'string' },
        date: { type: 'string' },
        amount: { type: 'string' },
        until: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof DataFileError,
      run: async ({ transactions, customer, date, amount, until, json }, { writeOut }) => {
        const path = required(transactions, 'transactions');
        const untilDay = until === undefined ? undefined : dayOf(until);
        const columns = { customer, date, amount };
        const histories = await historiesIn(path, { columns, untilDay });
        const evaluation = evaluate(histories, amount !== undefined);
        writeOut(json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

async function historiesIn(
  path: string,
  {
    columns,
    untilDay,
  }: {
    readonly columns: Parameters<typeof readPurchases>[2];
    readonly untilDay: number | undefined;
  },
): Promise<PurchaseHistory[]> {
  const store = await AnalyticsStore.open();
  try {
    const purchases = await readPurchases(store, path, columns);
    const lastDay = purchases.reduce((last, { day }) => Math.max(last, day), 0);
    return purchaseHistories(purchases, untilDay ?? lastDay);
  } finally {
    store.close();
  }
}

function evaluate(histories: readonly PurchaseHistory[], withSpend: boolean): ClvEvaluation {
  const fit = fitBgNbd(histories);
  if (!fit.ok) throw new DataFileError(PROBLEMS[fit.error]);
  const evaluation = {
    ...fit.value,
    customers: histories.length,
    repeats: histories.reduce((sum, { repeats }) => sum + repeats, 0),
  };
  if (!withSpend) return evaluation;
  const spendings = histories.flatMap(({ repeats, meanSpend }) =>
    repeats > 0 && meanSpend !== undefined && meanSpend > 0
      ? [{ purchases: repeats, meanSpend }]
      : [],
  );
  const spend = fitGammaGamma(spendings);
  if (!spend.ok) throw new DataFileError(`amounts: ${PROBLEMS[spend.error]}`);
  return { ...evaluation, spend: { ...spend.value, customers: spendings.length } };
}

const MS_PER_DAY = 86_400_000;

/** @returns days since 1970-01-01 */
function dayOf(text: string): number {
  const iso = text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
  const time = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? Date.parse(`${iso}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new UsageError('--until is a day as 1997-09-30');
  return time / MS_PER_DAY;
}

function tableOf({ spend, ...plain }: ClvEvaluation): string {
  const rows = [
    ...Object.entries(plain),
    ...Object.entries(spend ?? {}).map(([name, value]) => [`spend ${name}`, value] as const),
  ];
  return rows.map(([name, value]) => `${name.padEnd(22)}${value}\n`).join('');
}
