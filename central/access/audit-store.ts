import { desc, sql } from 'drizzle-orm';
import { GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import type { Executor } from '../db/database.ts';
import { audit } from '../db/merchant-schema.ts';
import { auditHash } from './audit-hash.ts';
import type { Principal } from './principal.ts';

export type AuditAction =
  | 'merchant.apply'
  | 'merchant.approve'
  | 'merchant.reject'
  | 'merchant.suspend'
  | 'account.propose'
  | 'account.approve'
  | 'account.reject'
  | 'fee.set'
  | 'staff.add'
  | 'staff.remove'
  | 'settlement.run'
  | 'exception.resolve'
  | 'difference.resolve'
  | 'dispute.open'
  | 'dispute.reply'
  | 'dispute.uphold'
  | 'dispute.dismiss'
  | 'fund.pay_in'
  | 'funding.collect'
  | 'funding.return'
  | 'funding.ask_again'
  | 'standing.model'
  | 'standing.consent'
  | 'standing.withdraw'
  | 'standing.import'
  | 'standing.score'
  | 'standing.appeal'
  | 'standing.decide'
  | 'challenger.import'
  | 'challenger.compare'
  | 'challenger.promote'
  | 'programme.write'
  | 'programme.run'
  | 'programme.approve'
  | 'programme.outcome'
  | 'campaign.write'
  | 'campaign.stop';

/** Any number of ours, the same for every central: one entry is written at a time. */
const AUDIT_LOCK = 7_401_946_217;

/**
 * Writes down who did what, in the act's own transaction. Entries are hash-chained: one that is taken out or changed breaks
 * all that follow.
 *
 * @param act.subject id of what was acted on; never a name
 */
export async function recordAct(
  tx: Executor,
  act: {
    readonly action: AuditAction;
    readonly by: Principal;
    readonly subject: string;
    readonly at: Date;
  },
): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`);
  const [last] = await tx.select().from(audit).orderBy(desc(audit.seq)).limit(1);
  const seq = (last?.seq ?? 0) + 1;
  const prevHash = last?.hash ?? GENESIS_HASH;
  const { action, by, subject, at } = act;
  const { subject: actor, role } = by;
  const entry = { seq, action, actor, role, subject, prevHash };
  const hash = auditHash({ ...entry, at: at.toISOString() });
  await tx.insert(audit).values({ ...entry, at, hash });
}
