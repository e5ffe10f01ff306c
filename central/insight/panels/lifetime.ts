import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { expectedPurchases, probabilityAlive } from '../lifetime-value/bg-nbd.ts';
import { expectedSpend } from '../lifetime-value/gamma-gamma.ts';
import type { CityTime } from './city-time.ts';
import type { LifetimeFit } from './lifetime-fits.ts';
import { numberOf, type PanelRow, shareOf } from './panel.ts';

/** What is looked ahead. */
const WEEKS_AHEAD = 13;
/** Purchases after the first that make a regular. */
const REGULAR_REPEATS = 3;
const LIKELY_GONE = 0.5;
const FIFTHS = 5;

type Model = NonNullable<PanelOf<'lifetime'>['model']>;

/** What customers are still worth, and who is slipping away. @param rows customers of the same history together */
export function lifetimePanel(
  rows: readonly PanelRow[],
  { fit, at }: { readonly fit: LifetimeFit | undefined; readonly at: CityTime },
): PanelOf<'lifetime'> {
  const people = rows.reduce((sum, row) => sum + numberOf(row, 'people'), 0);
  const model = fit ? modelOf(rows, fit) : null;
  return {
    panel: 'lifetime',
    day: at.day,
    people,
    model,
    sentence: lifetimeSentence(people, model),
  };
}

function modelOf(rows: readonly PanelRow[], { coming, spending }: LifetimeFit): Model {
  const fifths = Array.from({ length: FIFTHS }, () => 0);
  let alive = 0;
  let purchases = 0;
  let sum: number | undefined = 0;
  let slipping = 0;
  let slippingSpent = 0;
  let spent = 0;
  for (const row of rows) {
    const customers = numberOf(row, 'people');
    const amount = numberOf(row, 'amount');
    const repeats = numberOf(row, 'repeats');
    const history = {
      repeats,
      lastAt: numberOf(row, 'last_week'),
      observedFor: numberOf(row, 'weeks'),
    };
    const probability = probabilityAlive(history, coming);
    const expected = customers * expectedPurchases(WEEKS_AHEAD, history, coming);
    const meanSpend = amount / customers / (repeats + 1);
    const spend = spending && expectedSpend({ purchases: repeats + 1, meanSpend }, spending);
    alive += customers * probability;
    purchases += expected;
    sum = sum === undefined || spend === undefined ? undefined : sum + expected * spend;
    spent += amount;
    if (repeats > 0) {
      const fifth = Math.min(FIFTHS - 1, Math.floor(probability * FIFTHS));
      fifths[fifth] = (fifths[fifth] ?? 0) + customers;
    }
    if (repeats < REGULAR_REPEATS || probability >= LIKELY_GONE) continue;
    slipping += customers;
    slippingSpent += amount;
  }
  const sumMinor = sum === undefined ? null : Math.round(sum).toString();
  const slippingShare = shareOf(slippingSpent, spent);
  return { alive, purchases, sumMinor, slipping, slippingShare, fifths };
}

export function lifetimeSentence(people: number, model: Model | null): Sentence {
  if (!model) {
    return {
      'zh-CN': '回头客还太少，暂时看不出顾客的长期价值。',
      en: 'Too few customers have come again to tell what they are worth.',
    };
  }
  const alive = Math.round(model.alive);
  const purchases = Math.round(model.purchases);
  return {
    'zh-CN': `${people} 位顾客中估计还有 ${alive} 位会再来，未来 ${WEEKS_AHEAD} 周约带来 ${purchases} 次消费；${model.slipping} 位来过四次以上的常客可能正在流失。`,
    en: `Of ${people} customers about ${alive} are still yours and should buy ${purchases} times in the next ${WEEKS_AHEAD} weeks; ${model.slipping} regulars (four times or more) are slipping away.`,
  };
}
