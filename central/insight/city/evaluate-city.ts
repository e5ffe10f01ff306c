import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScoreQuality } from '../../credit/score-evaluation.ts';
import { publishWeeks } from '../bureau/bureau-publication.ts';
import { daysAfter } from '../panels/city-time.ts';
import { type Attack, attack } from './attacks.ts';
import { scoreCompanies } from './company-score.ts';
import { type Finding, findPlanted } from './planted-effects.ts';
import { openCitySales, TRUTH_FILE, withCityDatabase } from './simulated-city.ts';
import { cityTruthSchema } from './truth.ts';

export interface CityEvaluation {
  readonly findings: readonly Finding[];
  /** Null where too few companies fail. */
  readonly score: Pick<ScoreQuality, 'auc' | 'companies' | 'bad' | 'reasonsExact'> | null;
  readonly attacks: readonly Attack[];
  /** Everything planted was found, and no attack learnt anything. */
  readonly ok: boolean;
}

const TIME_ZONE = 'Asia/Shanghai';
/** A score that ranks at all. */
const LEAST_AUC = 0.65;
const WEEKS_AT_A_TIME = 13;

/** Asks a simulated city's panels and the bureau's weeks for what was planted, scores its companies, and attacks what is told. */
export async function evaluateCity(
  dir: string,
  progress: (text: string) => void,
): Promise<CityEvaluation> {
  const truth = cityTruthSchema.parse(JSON.parse(readFileSync(join(dir, TRUTH_FILE), 'utf8')));
  // Tuesday, when the last week is made
  const at = { day: daysAfter(truth.to, 2), hour: 10 };
  return withCityDatabase(dir, async (database) => {
    const sales = await openCitySales(dir);
    try {
      const due = { database, at, now: new Date(), timeZone: TIME_ZONE, most: WEEKS_AT_A_TIME };
      for (let weeks = 0, made = -1; made !== 0; weeks += made) {
        made = await publishWeeks(sales, due);
        progress(`${weeks + made} weeks made for the bureau`);
      }
      const findings = await findPlanted({ sales, db: database.db, truth, at });
      progress('what was planted is looked for');
      const quality = await scoreCompanies(sales, truth);
      progress('companies are scored');
      const attacks = await attack({ sales, database, truth, at });
      const score = quality
        ? {
            auc: quality.auc,
            companies: quality.companies,
            bad: quality.bad,
            reasonsExact: quality.reasonsExact,
          }
        : null;
      const ok =
        findings.every(({ found }) => found) &&
        (score === null || score.auc >= LEAST_AUC) &&
        attacks.every(({ learnt }) => learnt === 0);
      return { findings, score, attacks, ok };
    } finally {
      sales.close();
    }
  });
}
