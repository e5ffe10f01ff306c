import { and, eq } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { wrongAnswers } from '../db/schema.ts';
import type { LockScope, WrongAnswers } from '../decision/lockout.ts';

/** Wrong answers by person and by terminal; a restart forgets none of them. */
export class WrongAnswerStore {
  private readonly db: HubDatabase;
  private readonly found: ReturnType<typeof prepareFind>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.found = prepareFind(db);
  }

  find(scope: LockScope, subjectId: string): WrongAnswers | undefined {
    const row = this.found.get({ scope, subjectId });
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
    this.db
      .delete(wrongAnswers)
      .where(and(eq(wrongAnswers.scope, scope), eq(wrongAnswers.subjectId, subjectId)))
      .run();
  }
}

/** Asked three times at every payment. */
function prepareFind(db: HubDatabase) {
  const { scope, subjectId } = placeholders('scope', 'subjectId');
  return db
    .select()
    .from(wrongAnswers)
    .where(and(eq(wrongAnswers.scope, scope), eq(wrongAnswers.subjectId, subjectId)))
    .prepare();
}
