import { present } from '../../shared/kernel/assert.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import { ChallengerModel, type RunFailure } from '../credit/challenger/challenger-model.ts';
import { scoreOfProbability } from '../credit/challenger/comparison.ts';
import type { Company } from '../credit/scorecard.ts';
import type { Executor } from '../db/database.ts';
import {
  challengersInShadow,
  findChallenger,
  insertShadowScores,
  type ShadowRow,
} from './challenger-store.ts';

/** So many are asked beside the score in force; older ones rest. */
export const MOST_IN_SHADOW = 3;
/** Models that are kept open. */
const MOST_OPEN = 8;

/** The challengers' models, opened when they are first asked. */
export class Challengers {
  private readonly open = new Map<string, ChallengerModel>();

  /** A challenger's model. It ran when it was imported; an error says that it does not here and now. */
  async model(db: Executor, challengerId: string): Promise<Result<ChallengerModel, RunFailure>> {
    const known = this.open.get(challengerId);
    if (known) return ok(known);
    const row = present(await findChallenger(db, challengerId), 'a challenger that is known');
    const opened = await ChallengerModel.open(row.onnx, row.shape);
    if (!opened.ok) return opened;
    const [oldest] = this.open.keys();
    if (oldest !== undefined && this.open.size >= MOST_OPEN) this.open.delete(oldest);
    this.open.set(challengerId, opened.value);
    return opened;
  }

  /** Asks the challengers for what the score in force was asked, and keeps what they say; it changes nothing else. */
  async shadow(
    tx: Executor,
    { scoreId, company }: { readonly scoreId: string; readonly company: Company },
  ): Promise<void> {
    const rows: ShadowRow[] = [];
    for (const { challengerId } of await challengersInShadow(tx, MOST_IN_SHADOW)) {
      const model = await this.model(tx, challengerId);
      const answer = model.ok ? await model.value.probabilities([company]) : model;
      rows.push({
        challengerId,
        scoreId,
        score: answer.ok ? scoreOfProbability(answer.value[0] ?? 0) : null,
        failure: answer.ok ? null : answer.error,
      });
    }
    await insertShadowScores(tx, rows);
  }
}
