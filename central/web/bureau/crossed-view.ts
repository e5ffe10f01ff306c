import { categories, frame, heat } from '../charts/chart-parts.ts';
import { type BureauShown, type BureauTools, type BureauView, told } from './bureau-view.ts';

/** Streets by trades: which trade sells where. */
export function crossedView({ week, street }: BureauShown, tools: BureauTools): BureauView {
  const { t, palette, nameOf, tradeOf, money } = tools;
  const cells = week.cells.filter((cell) => street === '' || cell.street === street);
  const known = cells.flatMap((cell) =>
    cell.payments === null ? [] : [{ ...cell, payments: cell.payments }],
  );
  const hidden = cells.length - known.length;
  const best = known.toSorted((a, b) => b.payments - a.payments)[0];
  const streets = [...new Set(cells.map((cell) => cell.street))].map(nameOf);
  const trades = week.trades.map(({ trade }) => tradeOf(trade));
  return {
    name: 'crossed',
    isTall: streets.length > 8,
    finding: best
      ? t('crossed.finding', {
          street: nameOf(best.street),
          trade: tradeOf(best.trade),
          hidden,
          cells: cells.length,
        })
      : t('crossed.unknown'),
    option:
      known.length === 0
        ? undefined
        : {
            ...frame(palette),
            ...heat(palette, {
              most: Math.max(...known.map(({ payments }) => payments)),
              unit: '',
            }),
            xAxis: {
              ...categories(trades, palette),
              axisLabel: { color: palette.muted, rotate: 40, interval: 0 },
            },
            yAxis: categories(streets.toReversed(), palette),
            series: [
              {
                type: 'heatmap',
                data: known.map((cell) => [
                  tradeOf(cell.trade),
                  nameOf(cell.street),
                  cell.payments,
                ]),
                itemStyle: { borderColor: palette.surface, borderWidth: 2 },
              },
            ],
          },
    columns: [t('street'), t('trade'), t('payments'), t('sum')],
    rows: cells.map((cell) => [
      nameOf(cell.street),
      tradeOf(cell.trade),
      told(cell.payments, tools),
      told(cell.sumMinor === null ? null : money(cell.sumMinor), tools),
    ]),
  };
}
