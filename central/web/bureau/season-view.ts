import { categories, frame, line, values } from '../charts/chart-parts.ts';
import {
  type BureauShown,
  type BureauTools,
  type BureauView,
  lineOf,
  told,
} from './bureau-view.ts';

/** Payments week by week on the index, the tourist season marked, against ordinary weeks. */
export function seasonView(shown: BureauShown, tools: BureauTools): BureauView {
  const { t, palette, nameOf, day, holidayOf } = tools;
  const { weeks } = shown.series;
  const which =
    shown.street === '' ? lineOf(shown, 'city', '') : lineOf(shown, 'street', shown.street);
  const index = which?.index ?? [];
  const labels = weeks.map(({ week }) => day(week));
  const whose = shown.street === '' ? t('wholeCity') : nameOf(shown.street);
  return {
    name: 'season',
    isWide: true,
    finding: findingOf(
      which?.seasonIndex ?? null,
      weeks.flatMap(({ isSeason, holiday, week }, i) =>
        isSeason
          ? [{ label: holiday === null ? day(week) : holidayOf(holiday), index: index[i] ?? null }]
          : [],
      ),
      { whose, t },
    ),
    option: index.every((value) => value === null)
      ? undefined
      : {
          ...frame(palette),
          xAxis: categories(labels, palette),
          yAxis: values(palette),
          series: [
            {
              ...line(
                t('index'),
                index.map((value) => value ?? Number.NaN),
                palette.accent,
              ),
              markArea: {
                silent: true,
                itemStyle: { color: palette.line, opacity: 0.6 },
                data: seasonSpans(weeks.map(({ isSeason }) => isSeason)).map(([from, to]) => [
                  { xAxis: labels[from] },
                  { xAxis: labels[to] },
                ]),
              },
              markLine: {
                silent: true,
                symbol: 'none',
                label: { formatter: '100', position: 'insideEndTop', color: palette.muted },
                lineStyle: { color: palette.quiet, type: 'dashed' },
                data: [{ yAxis: 100 }],
              },
            },
          ],
        },
    columns: [t('week'), t('index'), t('season.season')],
    rows: weeks.map(({ isSeason, holiday }, i) => [
      labels[i] ?? '',
      told(index[i] ?? null, tools),
      isSeason ? (holiday === null ? t('season.summer') : holidayOf(holiday)) : '',
    ]),
  };
}

/** What the season adds, and its strongest week. */
function findingOf(
  season: number | null,
  weeks: readonly { readonly label: string; readonly index: number | null }[],
  { whose, t }: { readonly whose: string; readonly t: BureauTools['t'] },
): string {
  const peak = weeks
    .flatMap(({ label, index }) => (index === null ? [] : [{ label, index }]))
    .toSorted((a, b) => b.index - a.index)[0];
  if (season === null || !peak) return t('season.unknown', { whose });
  const percent = Math.round(Math.abs(season - 100));
  const said = { whose, percent, peak: peak.label, index: Math.round(peak.index) };
  if (percent === 0) return t('season.same', said);
  return t(season > 100 ? 'season.more' : 'season.fewer', said);
}

/** Weeks of the season that follow one another; a single week is widened to where the next one begins. */
function seasonSpans(isSeason: readonly boolean[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const [i, is] of isSeason.entries()) {
    const last = spans.at(-1);
    if (!is) continue;
    if (last && last[1] === i) last[1] = Math.min(i + 1, isSeason.length - 1);
    else spans.push([i, Math.min(i + 1, isSeason.length - 1)]);
  }
  return spans;
}
