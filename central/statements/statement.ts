import type { Statement, StatementQuery } from '../../shared/contracts/http-statements.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Executor } from '../db/database.ts';
import { addDays, startOfDay } from '../merchants/china-time.ts';
import { findMerchant } from '../merchants/merchant-store.ts';
import { statementLines } from './statement-store.ts';

/** Lines of one statement: more are asked for in shorter periods. */
const MAX_LINES = 50_000;

/** `too_long`: the period has more lines than one statement shows. */
export type StatementFailure = 'not_found' | 'too_long';

/** What a merchant was paid in a period. @param tx a snapshot, so that sums and lines are of one moment */
export async function makeStatement(
  tx: Executor,
  merchantId: string,
  { from, to, currency }: StatementQuery,
): Promise<Result<Statement, StatementFailure>> {
  const merchant = await findMerchant(tx, merchantId, to);
  if (!merchant) return err('not_found');
  const lines = await statementLines(tx, {
    merchantId,
    currency,
    from: startOfDay(from),
    before: startOfDay(addDays(to, 1)),
    limit: MAX_LINES + 1,
  });
  if (lines.length > MAX_LINES) return err('too_long');
  const amount = lines.reduce((sum, line) => sum + BigInt(line.amountMinor), 0n);
  const fee = lines.reduce((sum, line) => sum + BigInt(line.feeMinor), 0n);
  return ok({
    merchantId,
    companyName: merchant.companyName,
    from,
    to,
    currency,
    amountMinor: amount.toString(),
    feeMinor: fee.toString(),
    paidMinor: (amount - fee).toString(),
    lines,
  });
}
