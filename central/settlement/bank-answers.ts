import type { BankExceptionCode } from '../../shared/contracts/http-settlement.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Executor } from '../db/database.ts';
import { type CityEntry, postingsOfBooked, postingsOfReturned } from '../ledger/city-entry.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import type { BankMessage, BankStatement, StatusReport } from './bank-message.ts';
import { uuidOf } from './payment-initiation.ts';
import {
  changePayout,
  findFile,
  listPayoutIds,
  lockPayout,
  type PayoutRow,
  type PayoutState,
  recordException,
  refuseAccount,
} from './settlement-store.ts';

interface Act {
  readonly at: Date;
  readonly newId: IdMaker;
}

/** Statuses by which a bank has taken a payment on, or has made it. Others only say that it is being looked at. */
const ACCEPTED = new Set(['ACCP', 'ACSP', 'ACSC', 'ACCC', 'ACWC', 'ACTC']);
/** Reasons that lie with the merchant's account: it is not tried again before it is corrected. */
const OF_THE_ACCOUNT = new Set([
  'AC01',
  'AC03',
  'AC04',
  'AC05',
  'AC06',
  'AC07',
  'BE01',
  'RC01',
  'RC04',
  'RR03',
]);

/** Books what a bank says, in the caller's transaction. A message is handed in once. */
export async function applyBankMessage(
  tx: Executor,
  message: BankMessage,
  act: Act,
): Promise<void> {
  if (message.kind === 'pain.002') await applyStatusReport(tx, message, act);
  else await applyStatement(tx, message, act);
}

async function applyStatusReport(tx: Executor, report: StatusReport, act: Act): Promise<void> {
  const { originalMessageId, groupStatus, reasonCode } = report;
  if (!(await findFile(tx, originalMessageId))) {
    await exception(tx, act, { code: 'unknown_reference', subject: originalMessageId });
    return;
  }
  for (const line of report.lines) {
    await applyStatus(tx, line, act);
  }
  if (groupStatus !== 'RJCT' && !ACCEPTED.has(groupStatus ?? '')) return;
  const told = new Set(report.lines.map(({ endToEndId }) => endToEndId));
  for (const endToEndId of await listPayoutIds(tx, originalMessageId)) {
    if (told.has(endToEndId)) continue;
    await applyStatus(tx, { endToEndId, status: groupStatus ?? '', reasonCode }, act);
  }
}

async function applyStatus(
  tx: Executor,
  line: StatusReport['lines'][number],
  act: Act,
): Promise<void> {
  const payout = await payoutOf(tx, line.endToEndId, act);
  if (!payout) return;
  if (ACCEPTED.has(line.status) && payout.state === 'instructed') {
    await change(tx, payout, { state: 'accepted', at: act.at });
  }
  if (line.status === 'RJCT') {
    await giveBack(tx, payout, { ...act, code: 'payout_rejected', reasonCode: line.reasonCode });
  }
}

async function applyStatement(tx: Executor, statement: BankStatement, act: Act): Promise<void> {
  for (const line of statement.lines) {
    const payout = await payoutOf(tx, line.endToEndId, act);
    if (!payout) continue;
    const { payoutId, amountMinor, currency } = payout;
    if (line.amountMinor !== amountMinor || line.currency !== currency) {
      await exception(tx, act, { code: 'amount_differs', subject: payoutId, payout });
      continue;
    }
    if (line.direction === 'credit') {
      const reasonCode = line.returnCode ?? 'NARR';
      await giveBack(tx, payout, { ...act, code: 'payout_returned', reasonCode });
    } else if (payout.state === 'instructed' || payout.state === 'accepted') {
      await change(tx, payout, { state: 'booked', at: act.at });
      const postings = postingsOfBooked(payout);
      await book(tx, act, { kind: 'payout_booked', subjectId: payoutId, postings });
    } else {
      // paid although it was returned, or paid twice: a person has to look
      await exception(tx, act, { code: 'amount_differs', subject: payoutId, payout });
    }
  }
}

/** A payout did not arrive: the merchant is owed it again, and a bad account is paid nothing more. */
async function giveBack(
  tx: Executor,
  payout: PayoutRow,
  act: Act & {
    readonly code: 'payout_rejected' | 'payout_returned';
    readonly reasonCode: string;
  },
): Promise<void> {
  const { payoutId, merchantId, accountId, amountMinor } = payout;
  const { at, code, reasonCode } = act;
  if (payout.state === 'returned') return;
  const wasBooked = payout.state === 'booked';
  if (wasBooked !== (code === 'payout_returned')) {
    await exception(tx, act, { code: 'amount_differs', subject: payoutId, payout });
    return;
  }
  await change(tx, payout, { state: 'returned', at, reasonCode });
  await book(tx, act, {
    kind: 'payout_returned',
    subjectId: payoutId,
    postings: postingsOfReturned({ ...payout, wasBooked }),
    toSettle: { merchantId, amountMinor },
  });
  if (OF_THE_ACCOUNT.has(reasonCode)) {
    await refuseAccount(tx, { merchantId, accountId, code: reasonCode, at });
  }
  await exception(tx, act, { code, subject: payoutId, payout, detail: reasonCode });
}

async function payoutOf(
  tx: Executor,
  endToEndId: string,
  act: Act,
): Promise<PayoutRow | undefined> {
  const payoutId = uuidOf(endToEndId);
  const payout = payoutId === undefined ? undefined : await lockPayout(tx, payoutId);
  if (!payout)
    await exception(tx, act, { code: 'unknown_reference', subject: endToEndId || 'none' });
  return payout;
}

async function change(
  tx: Executor,
  { payoutId }: PayoutRow,
  to: { readonly state: PayoutState; readonly at: Date; readonly reasonCode?: string },
): Promise<void> {
  const { state, at, reasonCode = null } = to;
  await changePayout(tx, { payoutId, state, reasonCode, changedAt: at });
}

async function book(
  tx: Executor,
  { at, newId }: Act,
  entry: Omit<CityEntry, 'entryId' | 'bookedAt'>,
): Promise<void> {
  await insertCityEntries(tx, [{ ...entry, entryId: newId(), bookedAt: at }]);
}

const DETAILS: Record<BankExceptionCode, string> = {
  payout_rejected: 'the bank has not paid it',
  payout_returned: 'it came back',
  amount_differs: 'the bank’s statement and the payout do not go together',
  unknown_reference: 'the bank speaks of something that was not sent',
  message_reused: 'another message has come under this id before',
  message_unreadable: 'none of the messages that are known',
};

async function exception(
  tx: Executor,
  { at }: Act,
  found: {
    readonly code: BankExceptionCode;
    readonly subject: string;
    readonly payout?: PayoutRow;
    readonly detail?: string;
  },
): Promise<void> {
  const { code, subject, payout } = found;
  const detail = found.detail === undefined ? DETAILS[code] : `${DETAILS[code]}: ${found.detail}`;
  const merchantId = payout?.merchantId ?? null;
  await recordException(tx, { code, subject, merchantId, detail, foundAt: at });
}
