import type {
  AccountProposal,
  MerchantApplication,
  MerchantFee,
  MerchantReview,
  MerchantStaff,
  MerchantState,
} from '../../shared/contracts/http-merchants.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { type AuditAction, recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import {
  type AccountRow,
  changeMerchantState,
  decideAccount,
  deleteStaff,
  findAccounts,
  findMerchant,
  insertAccount,
  insertFee,
  insertMerchant,
  lockMerchant,
  upsertStaff,
} from './merchant-store.ts';

/**
 * - `not_found`: no such merchant, account or person
 * - `conflict`: the id is taken by something else, or the merchant does not stand where this is possible
 */
export type OnboardingFailure = 'not_found' | 'conflict';
type Outcome = Result<null, OnboardingFailure>;

const DONE: Outcome = { ok: true, value: null };
const refused = (error: OnboardingFailure): Outcome => ({ ok: false, error });

interface Decision {
  readonly from: readonly MerchantState[];
  readonly to: MerchantState;
  readonly action: AuditAction;
}

const DECISIONS: Record<MerchantReview['decision'], Decision> = {
  approve: { from: ['applied', 'suspended'], to: 'approved', action: 'merchant.approve' },
  reject: { from: ['applied'], to: 'rejected', action: 'merchant.reject' },
  suspend: { from: ['approved'], to: 'suspended', action: 'merchant.suspend' },
};

/** Takes merchants on: application, review, accounts, fees, staff. Each act is one transaction with its audit entry. */
export class Onboarding {
  private readonly database: OpenDatabase;
  private readonly clock: Clock;

  constructor(parts: { readonly database: OpenDatabase; readonly clock: Clock }) {
    this.database = parts.database;
    this.clock = parts.clock;
  }

  /** A company applies. The same application again is the same; who applies as an owner becomes the merchant's. */
  apply(application: MerchantApplication, by: Principal): Promise<Outcome> {
    const { merchantId, companyName, licenceNumber, account } = application;
    return this.act(by, async (tx, at) => {
      const isNew = await insertMerchant(tx, {
        merchantId,
        companyName,
        licenceNumber,
        appliedAt: at,
      });
      if (!isNew) {
        const known = await findMerchant(tx, merchantId, '9999-12-31');
        const isSame =
          known?.companyName === companyName &&
          known.licenceNumber === licenceNumber &&
          isSameAccount(known.accounts.at(-1), account);
        return isSame ? DONE : refused('conflict');
      }
      await insertAccount(tx, { ...account, merchantId, version: 1, proposedAt: at });
      if (by.role === 'owner') {
        await upsertStaff(tx, { merchantId, subject: by.subject, role: 'owner', addedAt: at });
      }
      return ['merchant.apply', merchantId];
    });
  }

  /** The administration's decision. Approval of an application approves its account as well. */
  review(merchantId: string, review: MerchantReview, by: Principal): Promise<Outcome> {
    const { from, to, action } = DECISIONS[review.decision];
    return this.act(by, async (tx, at) => {
      const state = await lockMerchant(tx, merchantId);
      if (state === undefined) return refused('not_found');
      if (state === to) return DONE;
      const { note } = review;
      if (!(await changeMerchantState(tx, { merchantId, from, to, note, at }))) {
        return refused('conflict');
      }
      const [account] = await findAccounts(tx, merchantId);
      if (account && state === 'applied') {
        const approved = to === 'approved';
        await decideAccount(tx, { merchantId, accountId: account.accountId, approved, at });
      }
      return [action, merchantId];
    });
  }

  /** Another bank account, which counts once it is approved: a changed account is how money is stolen. */
  proposeAccount(merchantId: string, account: AccountProposal, by: Principal): Promise<Outcome> {
    return this.act(by, async (tx, at) => {
      const state = await lockMerchant(tx, merchantId);
      if (state === undefined) return refused('not_found');
      const known = await findAccounts(tx, merchantId);
      const same = known.find(({ accountId }) => accountId === account.accountId);
      if (same) return isSameAccount(same, account) ? DONE : refused('conflict');
      if (state === 'rejected') return refused('conflict');
      const version = (known[0]?.version ?? 0) + 1;
      await insertAccount(tx, { ...account, merchantId, version, proposedAt: at });
      return ['account.propose', `${merchantId}/${account.accountId}`];
    });
  }

  decideAccount(
    decision: {
      readonly merchantId: string;
      readonly accountId: string;
      readonly approve: boolean;
    },
    by: Principal,
  ): Promise<Outcome> {
    const { merchantId, accountId, approve: approved } = decision;
    return this.act(by, async (tx, at) => {
      if ((await lockMerchant(tx, merchantId)) === undefined) return refused('not_found');
      const account = (await findAccounts(tx, merchantId)).find(
        (each) => each.accountId === accountId,
      );
      if (!account) return refused('not_found');
      if (account.approved === approved) return DONE;
      if (!(await decideAccount(tx, { merchantId, accountId, approved, at }))) {
        return refused('conflict');
      }
      return [approved ? 'account.approve' : 'account.reject', `${merchantId}/${accountId}`];
    });
  }

  /** What is kept from a day on; a fee that was set is not changed, a later day's replaces it. */
  setFee(merchantId: string, fee: MerchantFee, by: Principal): Promise<Outcome> {
    return this.act(by, async (tx, at) => {
      if ((await lockMerchant(tx, merchantId)) === undefined) return refused('not_found');
      const inForce = await insertFee(tx, { ...fee, merchantId, setAt: at });
      if (inForce !== fee.basisPoints) return refused('conflict');
      return ['fee.set', `${merchantId}/${fee.fromDate}`];
    });
  }

  addStaff(merchantId: string, person: MerchantStaff, by: Principal): Promise<Outcome> {
    return this.act(by, async (tx, at) => {
      if ((await lockMerchant(tx, merchantId)) === undefined) return refused('not_found');
      await upsertStaff(tx, { ...person, merchantId, addedAt: at });
      return ['staff.add', `${merchantId}/${person.subject}`];
    });
  }

  removeStaff(merchantId: string, subject: string, by: Principal): Promise<Outcome> {
    return this.act(by, async (tx) => {
      if (!(await deleteStaff(tx, { merchantId, subject }))) return refused('not_found');
      return ['staff.remove', `${merchantId}/${subject}`];
    });
  }

  /** Runs an act and writes it down, both or neither. */
  private act(
    by: Principal,
    work: (tx: Executor, at: Date) => Promise<Outcome | readonly [AuditAction, string]>,
  ): Promise<Outcome> {
    const at = new Date(this.clock.now());
    return this.database.transact(async (tx) => {
      const done = await work(tx, at);
      if ('ok' in done) return done;
      const [action, subject] = done;
      await recordAct(tx, { action, by, subject, at });
      return DONE;
    });
  }
}

function isSameAccount(row: AccountRow | undefined, account: AccountProposal): boolean {
  return (
    row?.accountId === account.accountId &&
    row.number === account.number &&
    row.holder === account.holder &&
    row.bankName === account.bankName &&
    row.bankCode === account.bankCode
  );
}
