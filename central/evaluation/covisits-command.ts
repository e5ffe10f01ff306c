import {
  type CommandIo,
  required,
  runCommandLine,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { AnalyticsStore } from '../insight/analytics-store.ts';
import { type CovisitPair, covisits, LEAST_TOGETHER } from '../insight/covisit-store.ts';
import {
  type ColumnRole,
  DataFileError,
  needColumn,
  openDataFile,
  textIn,
} from '../insight/data-file-store.ts';
import { CUSTOMER_COLUMN } from '../insight/purchase-file-store.ts';

const HELP = `Counts the customers that pairs of shops have in common.

  wuma evaluate covisits --transactions FILE [--customer COL] [--shop COL] [--k K] [--json]

  --transactions FILE  CSV or Parquet, a row per visit, purchase or line item
  --customer COL       column of the customer or household (default: the one that is called so)
  --shop COL           column of the shop (also --store; default: the one that is called so)
  --k K                leave out pairs with fewer customers in common (default ${LEAST_TOGETHER}, which is also the least that
                       the product ever shows; fewer only for measuring on public data)
  --json               one line of JSON on stdout: {"k":10,"pairs":[{"s1":"292","s2":"343","shared":57}, ...]}
`;

const SHOP_COLUMN: ColumnRole = {
  option: 'shop',
  usualNames: ['shop', 'shop_id', 'store', 'store_id', 'merchant', 'merchant_id'],
};

/** `wuma evaluate covisits`. @returns the exit code: 0 done, 2 wrong usage or an unreadable file, 1 else */
export function runEvaluateCovisits(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        transactions: { type: 'string' },
        customer: { type: 'string' },
        shop: { type: 'string' },
        store: { type: 'string' },
        k: { type: 'string', default: `${LEAST_TOGETHER}` },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof DataFileError,
      run: async (values, { writeOut, writeError }) => {
        const path = required(values.transactions, 'transactions');
        const k = wholeNumber('k', values.k, { least: 1, most: 1e9 });
        if (k < LEAST_TOGETHER) {
          writeError(`below ${LEAST_TOGETHER}: only for public data, people could be recognised\n`);
        }
        const columns = { customer: values.customer, shop: values.shop ?? values.store };
        const pairs = await covisitsIn(path, columns, k);
        writeOut(values.json ? `${JSON.stringify({ k, pairs })}\n` : tableOf(pairs));
        return 0;
      },
    },
    argv,
    io,
  );
}

async function covisitsIn(
  path: string,
  named: { readonly customer: string | undefined; readonly shop: string | undefined },
  k: number,
): Promise<CovisitPair[]> {
  const store = await AnalyticsStore.open();
  try {
    const file = await openDataFile(store, path);
    const visits = {
      relation: file.relation,
      customer: textIn(needColumn(file, CUSTOMER_COLUMN, named.customer)),
      shop: textIn(needColumn(file, SHOP_COLUMN, named.shop)),
    };
    return await covisits(store, visits, k);
  } finally {
    store.close();
  }
}

function tableOf(pairs: readonly CovisitPair[]): string {
  return ['s1,s2,shared', ...pairs.map(({ s1, s2, shared }) => `${s1},${s2},${shared}`), ''].join(
    '\n',
  );
}
