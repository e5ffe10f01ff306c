import { featureOf, type LabelledTable } from '../../credit/feature-table.ts';
import { crossValidate, type ScoreQuality } from '../../credit/score-evaluation.ts';
import { trainWoeModel, WOE_MODEL_DEFAULTS } from '../../credit/woe-model.ts';
import { type Answering, numberOf, textOf } from '../panels/panel.ts';
import { companyBehaviourQuery } from './company-behaviour-store.ts';
import type { CityTruth } from './truth.ts';

const FOLDS = 5;
/** Of each label; fewer cannot be dealt into folds. */
const LEAST_COMPANIES = 10;
const FEATURES = ['growth', 'days_open', 'week_variation', 'weekly', 'basket', 'repeat_share'];

/**
 * How well the classic scorecard ranks which companies fail, from nothing but how they sold on the street, each by a model that
 * had not learnt from it.
 *
 * @returns undefined where too few fail, or too few do not
 */
export async function scoreCompanies(
  sales: Answering,
  truth: CityTruth,
): Promise<ScoreQuality | undefined> {
  const rows = await sales.rows(companyBehaviourQuery(truth.to));
  const failed = new Map(truth.companies.map(({ merchant, failed: bad }) => [merchant, bad]));
  const table: LabelledTable = {
    features: FEATURES.map((name) =>
      featureOf(
        name,
        rows.map((row) => `${numberOf(row, name)}`),
      ),
    ),
    bad: Uint8Array.from(rows, (row) => (failed.get(textOf(row, 'merchant')) ? 1 : 0)),
  };
  const bads = table.bad.reduce((all, label) => all + label, 0);
  if (Math.min(bads, rows.length - bads) < LEAST_COMPANIES) return undefined;
  const trainer = {
    kind: 'woe' as const,
    train: (part: LabelledTable) => trainWoeModel(part, WOE_MODEL_DEFAULTS),
  };
  return crossValidate(() => trainer, table, { folds: FOLDS, seed: '1' });
}
