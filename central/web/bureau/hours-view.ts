import { categories, frame, heat } from '../charts/chart-parts.ts';
import { type BureauShown, type BureauTools, type BureauView, told } from './bureau-view.ts';

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const SLOTS = [0, 3, 6, 9, 12, 15, 18, 21];

/** Payments in three hours of each weekday, of the city or of a street; an empty cell had none, a crossed one may not be told. */
export function hoursView({ week, street }: BureauShown, tools: BureauTools): BureauView {
  const { t, palette, weekday } = tools;
  const slots =
    street === '' ? week.slots : week.streetSlots.filter((slot) => slot.street === street);
  const known = slots.flatMap((slot) =>
    slot.payments === null ? [] : [{ ...slot, payments: slot.payments }],
  );
  const all = known.reduce((sum, { payments }) => sum + payments, 0);
  const best = known.toSorted((a, b) => b.payments - a.payments)[0];
  return {
    name: 'hours',
    finding: best
      ? t('hours.finding', {
          when: `${weekday(best.weekday)} ${span(best.fromHour)}`,
          percent: Math.round((100 * best.payments) / all),
        })
      : t('hours.unknown'),
    option:
      known.length === 0
        ? undefined
        : {
            ...frame(palette),
            ...heat(palette, {
              most: Math.max(...known.map(({ payments }) => payments)),
              unit: '',
            }),
            xAxis: categories(
              SLOTS.map((from) => `${from}`),
              palette,
            ),
            yAxis: categories(WEEKDAYS.map(weekday).toReversed(), palette),
            series: [
              {
                type: 'heatmap',
                data: known.map((slot) => [
                  `${slot.fromHour}`,
                  weekday(slot.weekday),
                  slot.payments,
                ]),
                itemStyle: { borderColor: palette.surface, borderWidth: 2 },
              },
            ],
          },
    columns: [t('hours.weekday'), t('hours.hours'), t('payments')],
    rows: slots.map((slot) => [
      weekday(slot.weekday),
      span(slot.fromHour),
      told(slot.payments, tools),
    ]),
  };
}

function span(from: number): string {
  return `${from}–${from + 3} h`;
}
