import { and, eq } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { wrongAnswers } from '../db/schema.ts';
import type { LockScope, WrongAnswers } from '../decision/lockout.ts';

/** Wrong answers by person and by terminal; a restart forgets none of them. */
export class WrongAnswerStore {
  private readonly db: HubDatabase;

  constructor(db: HubDatabase) {
    this.db = db;
  }

  find(scope: LockScope, subjectId: string): WrongAnswers | undefined {
    const row = this.db.select().from(wrongAnswers).where(isSubject(scope, subjectId)).get();
    if (!row) return undefined;
    return {
      failures: row.failures,
      locks: row.locks,
      lastAtMs: Date.parse(row.lastAt),
      lockedUntilMs: row.lockedUntil === null ? null : Date.parse(row.lockedUntil),
    };
  }

  put(scope: LockScope, subjectId: string, counted: WrongAnswers): void {
    const set = {
      failures: counted.failures,
      locks: counted.locks,
      lastAt: new Date(counted.lastAtMs).toISOString(),
      lockedUntil:
        counted.lockedUntilMs === null ? null : new Date(counted.lockedUntilMs).toISOString(),
    };
    this.db
      .insert(wrongAnswers)
      .values({ scope, subjectId, ...set })
      .onConflictDoUpdate({ target: [wrongAnswers.scope, wrongAnswers.subjectId], set })
      .run();
  }

  /** A right answer makes up for the wrong ones before it. */
  forget(scope: LockScope, subjectId: string): void {
    this.db.delete(wrongAnswers).where(isSubject(scope, subjectId)).run();
  }
}

function isSubject(scope: LockScope, subjectId: string) {
  return and(eq(wrongAnswers.scope, scope), eq(wrongAnswers.subjectId, subjectId));
}
