import type { Merchant, ShownAccount } from '../../shared/contracts/http-merchants.ts';
import type { Principal } from '../access/principal.ts';
import type { AccountRow, MerchantRecord } from './merchant-store.ts';

/** A merchant as it is shown: accounts by their last four places, and none to a cashier. */
export function merchantView(record: MerchantRecord, { role }: Principal): Merchant {
  const inForce = accountInForce(record.accounts);
  return {
    merchantId: record.merchantId,
    companyName: record.companyName,
    licenceNumber: record.licenceNumber,
    state: record.state,
    appliedAt: record.appliedAt.toISOString(),
    reviewedAt: record.reviewedAt?.toISOString() ?? null,
    reviewNote: record.reviewNote,
    feeBasisPoints: record.feeBasisPoints,
    shops: record.shops,
    accounts:
      role === 'cashier' ? [] : record.accounts.map((account) => shownAccount(account, inForce)),
  };
}

/** The account that counts: the newest approved one. @param accounts newest first */
function accountInForce(accounts: readonly AccountRow[]): AccountRow | undefined {
  return accounts.find((account) => account.approved);
}

function shownAccount(account: AccountRow, inForce: AccountRow | undefined): ShownAccount {
  const { accountId, holder, number, bankName, bankCode, proposedAt, refusalCode } = account;
  return {
    accountId,
    holder,
    numberEnd: number.slice(-4),
    bankName,
    bankCode,
    state: stateOf(account, inForce),
    proposedAt: proposedAt.toISOString(),
    refusalCode,
  };
}

function stateOf(account: AccountRow, inForce: AccountRow | undefined): ShownAccount['state'] {
  if (account.approved === null) return 'proposed';
  if (!account.approved) return 'rejected';
  if (account.refusedAt !== null) return 'refused';
  return account.accountId === inForce?.accountId ? 'in_force' : 'replaced';
}
