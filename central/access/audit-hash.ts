import { createHash } from 'node:crypto';

/** An entry of the audit log, with the hash of the one before. */
export interface AuditEntry {
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly role: string;
  readonly subject: string;
  readonly prevHash: string;
}

/** The hash of an entry, in hex: one that is taken out or changed breaks all that follow. */
export function auditHash({ seq, at, action, actor, role, subject, prevHash }: AuditEntry): string {
  const parts = [prevHash, String(seq), at, action, actor, role, subject];
  return createHash('sha256')
    .update(['wuma-audit-1', ...parts].join('\n'))
    .digest('hex');
}
