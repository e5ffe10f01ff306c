import { describe, expect, it } from 'vitest';
import { balanceGroups } from './balance-groups.ts';

const row = (account: string, debit: number, credit: number) => ({
  account,
  debitMinor: `${debit}`,
  creditMinor: `${credit}`,
});

describe('the trial balance on the page', () => {
  it('has one row for each kind of account, whose sums are those of its accounts', () => {
    const groups = balanceGroups([
      row('clearing:alipay', 500, 20),
      row('payable:merchant:m-a', 1, 30),
      row('payable:merchant:m-b', 0, 900),
      row('payable:merchant:m-c', 1, 30),
    ]);
    expect(groups).toMatchObject([
      { name: 'clearing:alipay', debitMinor: '500', creditMinor: '20' },
      { name: 'payable:merchant', debitMinor: '2', creditMinor: '960' },
    ]);
    expect(groups[0]?.accounts).toEqual([]);
    expect(groups[1]?.accounts.map(({ account }) => account.at(-1))).toEqual(['b', 'a', 'c']);
  });

  it('calls a kind of one account by its whole name', () => {
    expect(balanceGroups([row('payable:merchant:m-a', 0, 1)])[0]?.name).toBe(
      'payable:merchant:m-a',
    );
  });
});
