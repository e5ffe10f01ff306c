import { bars, categories, frame, values } from '../charts/chart-parts.ts';
import type { BureauShown, BureauTools, BureauView } from './bureau-view.ts';

/** Terminals that took payments, and streets whose payments came late because a link was down. */
export function operationsView({ week, street }: BureauShown, tools: BureauTools): BureauView {
  const { t, palette, nameOf } = tools;
  const streets = week.streets.filter((each) => street === '' || each.street === street);
  const cutOff = streets.filter(({ lateHours }) => lateHours > 0);
  const worst = cutOff.toSorted((a, b) => b.lateHours - a.lateHours)[0];
  const terminals = streets.reduce((sum, each) => sum + each.terminals, 0);
  const sorted = streets.toSorted((a, b) => a.terminals - b.terminals);
  return {
    name: 'operations',
    isTall: sorted.length > 10,
    finding: worst
      ? t('operations.cutOff', {
          street: nameOf(worst.street),
          hours: worst.lateHours,
          payments: worst.latePayments,
        })
      : t('operations.connected', { terminals }),
    option:
      terminals === 0
        ? undefined
        : {
            ...frame(palette),
            xAxis: values(palette),
            yAxis: categories(
              sorted.map((each) => nameOf(each.street)),
              palette,
            ),
            series: [
              bars(
                t('operations.terminals'),
                sorted.map((each) => each.terminals),
                palette.quiet,
              ),
            ],
          },
    columns: [
      t('street'),
      t('operations.terminals'),
      t('operations.lateHours'),
      t('operations.latePayments'),
    ],
    rows: streets.map((each) => [
      nameOf(each.street),
      each.terminals,
      each.lateHours,
      each.latePayments,
    ]),
  };
}
