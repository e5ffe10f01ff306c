import { bars, categories, frame, values } from '../charts/chart-parts.ts';
import {
  type BureauShown,
  type BureauTools,
  type BureauView,
  indexIn,
  lineOf,
  rounded,
  told,
} from './bureau-view.ts';

/** Something that is set beside others of its kind. */
interface Entry {
  readonly label: string;
  readonly index: number | null;
}

/** Streets side by side, on the index of each. */
export function streetsView(shown: BureauShown, tools: BureauTools): BureauView {
  const { t, nameOf, money } = tools;
  const streets = shown.week.streets.map((figures) => {
    const line = lineOf(shown, 'street', figures.street);
    const index = rounded(indexIn(shown, line));
    return { ...figures, label: nameOf(figures.street), index, season: line?.seasonIndex ?? null };
  });
  return {
    ...sideBySide('streets', streets, tools),
    columns: [
      t('street'),
      t('index'),
      t('payments'),
      t('sum'),
      t('streets.people'),
      t('season.index'),
    ],
    rows: streets.map((each) => [
      each.label,
      told(each.index, tools),
      told(each.payments, tools),
      told(each.sumMinor === null ? null : money(each.sumMinor), tools),
      told(each.people, tools),
      told(rounded(each.season), tools),
    ]),
  };
}

/** Trades side by side, on the index of each. */
export function tradesView(shown: BureauShown, tools: BureauTools): BureauView {
  const { t, tradeOf, money } = tools;
  const trades = shown.week.trades.map((figures) => {
    const line = lineOf(shown, 'trade', figures.trade);
    const index = rounded(indexIn(shown, line));
    return { ...figures, label: tradeOf(figures.trade), index, season: line?.seasonIndex ?? null };
  });
  return {
    ...sideBySide('trades', trades, tools),
    columns: [t('trade'), t('index'), t('payments'), t('sum'), t('season.index')],
    rows: trades.map((each) => [
      each.label,
      told(each.index, tools),
      told(each.payments, tools),
      told(each.sumMinor === null ? null : money(each.sumMinor), tools),
      told(rounded(each.season), tools),
    ]),
  };
}

function sideBySide(
  name: 'streets' | 'trades',
  entries: readonly Entry[],
  { t, palette }: BureauTools,
): Pick<BureauView, 'name' | 'finding' | 'option' | 'isTall'> {
  const known = entries.flatMap(({ label, index }) => (index === null ? [] : [{ label, index }]));
  const sorted = known.toSorted((a, b) => a.index - b.index);
  const best = sorted.at(-1);
  const worst = sorted[0];
  return {
    name,
    isTall: sorted.length > 10,
    finding:
      best && worst
        ? t(`${name}.finding`, {
            best: best.label,
            bestIndex: best.index,
            worst: worst.label,
            worstIndex: worst.index,
          })
        : t(`${name}.unknown`),
    option:
      sorted.length === 0
        ? undefined
        : {
            ...frame(palette),
            xAxis: values(palette),
            yAxis: categories(
              sorted.map(({ label }) => label),
              palette,
            ),
            series: [
              {
                ...bars(
                  t('index'),
                  sorted.map(({ index }) => index),
                  palette.accent,
                ),
                label: { show: true, position: 'right', color: palette.ink },
                markLine: {
                  silent: true,
                  symbol: 'none',
                  label: { show: false },
                  lineStyle: { color: palette.quiet, type: 'dashed' },
                  data: [{ xAxis: 100 }],
                },
              },
            ],
          },
  };
}
