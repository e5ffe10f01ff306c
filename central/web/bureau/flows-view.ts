import { bars, categories, frame, values } from '../charts/chart-parts.ts';
import type { BureauShown, BureauTools, BureauView } from './bureau-view.ts';

const MOST_BARS = 12;

/** From which street people go on to which. */
export function flowsView({ week, street }: BureauShown, tools: BureauTools): BureauView {
  const { t, palette, nameOf } = tools;
  const flows = week.flows.filter(
    ({ from, to }) => street === '' || from === street || to === street,
  );
  const label = ({ from, to }: { from: string; to: string }): string =>
    `${nameOf(from)} → ${nameOf(to)}`;
  const shown = flows.slice(0, MOST_BARS).toReversed();
  const [first] = flows;
  return {
    name: 'flows',
    isTall: shown.length > 8,
    finding: first
      ? t('flows.finding', { from: nameOf(first.from), to: nameOf(first.to), people: first.people })
      : t('flows.unknown'),
    option:
      shown.length === 0
        ? undefined
        : {
            ...frame(palette),
            xAxis: values(palette),
            yAxis: categories(shown.map(label), palette),
            series: [
              {
                ...bars(
                  t('flows.people'),
                  shown.map(({ people }) => people),
                  palette.accent,
                ),
                label: { show: true, position: 'right', color: palette.ink, formatter: '≥ {c}' },
              },
            ],
          },
    columns: [t('flows.from'), t('flows.to'), t('flows.people')],
    rows: flows.map((flow) => [nameOf(flow.from), nameOf(flow.to), `≥ ${flow.people}`]),
  };
}
