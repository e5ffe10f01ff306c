import type { TrialBalance } from '../../shared/contracts/http-central.ts';

type Account = TrialBalance['accounts'][number];

/** Accounts of one kind, for instance everything that merchants are owed, under what they have in common. */
export interface BalanceGroup {
  /** `payable:merchant`; the whole name where it stands alone. */
  readonly name: string;
  readonly debitMinor: string;
  readonly creditMinor: string;
  /** Those with the most on either side first; a kind of one account has none below it. */
  readonly accounts: readonly Account[];
}

/** A city has thousands of merchants with accounts of their own: they are one row that opens. Order is kept. */
export function balanceGroups(accounts: TrialBalance['accounts']): BalanceGroup[] {
  const kinds = Map.groupBy(accounts, ({ account }) => kindOf(account));
  return [...kinds].map(([kind, those]) => {
    const [only] = those;
    const sum = (side: 'debitMinor' | 'creditMinor'): string =>
      those.reduce((all, each) => all + BigInt(each[side]), 0n).toString();
    return {
      name: those.length === 1 && only ? only.account : kind,
      debitMinor: sum('debitMinor'),
      creditMinor: sum('creditMinor'),
      accounts: those.length === 1 ? [] : those.toSorted(byWeight),
    };
  });
}

/** `payable:merchant:m-tea` is a `payable:merchant`. */
function kindOf(account: string): string {
  return account.split(':').slice(0, 2).join(':');
}

function byWeight(a: Account, b: Account): number {
  const [ofA, ofB] = [a, b].map((each) => BigInt(each.debitMinor) + BigInt(each.creditMinor));
  if (ofA === ofB || ofA === undefined || ofB === undefined) return a.account < b.account ? -1 : 1;
  return ofA > ofB ? -1 : 1;
}
