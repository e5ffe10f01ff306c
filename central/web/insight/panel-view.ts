import type { Panel, PanelOf } from '../../../shared/contracts/http-insight.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';
import { bars, categories, frame, heat, line, values } from '../charts/chart-parts.ts';
import type { DataView } from '../charts/data-view.ts';
import type { Palette } from '../charts/palette.ts';

/** What a view needs of the page. */
export interface ViewTools {
  readonly t: (key: string, values?: Record<string, unknown>) => string;
  readonly palette: Palette;
  readonly weekday: (weekday: number) => string;
  readonly money: (minor: string) => string;
  /** A calendar day and a month for people. */
  readonly day: (day: string) => string;
  readonly month: (month: string) => string;
}

/** How a panel is drawn and told. */
export function viewOf(panel: Panel, tools: ViewTools): DataView {
  switch (panel.panel) {
    case 'today':
      return todayView(panel, tools);
    case 'returning':
      return returningView(panel, tools);
    case 'habits':
      return habitsView(panel, tools);
    case 'cohorts':
      return cohortsView(panel, tools);
    case 'hours':
      return hoursView(panel, tools);
    case 'covisits':
      return covisitsView(panel, tools);
    case 'forecast':
      return forecastView(panel, tools);
    case 'lifetime':
      return lifetimeView(panel, tools);
    case 'together':
      return togetherView(panel, tools);
    default:
      return unreachable(panel);
  }
}

function todayView({ hours }: PanelOf<'today'>, { t, palette }: ViewTools): DataView {
  const labels = hours.map(({ hour }) => `${hour}:00`);
  return {
    option:
      hours.length === 0
        ? undefined
        : {
            ...frame(palette),
            xAxis: categories(labels, palette),
            yAxis: values(palette),
            series: [
              bars(
                t('today.payments'),
                hours.map((each) => each.payments ?? '-'),
                palette.accent,
              ),
              line(
                t('today.usual'),
                hours.map((each) => round(each.usual)),
                palette.quiet,
              ),
            ],
          },
    columns: [t('today.hour'), t('today.payments'), t('today.usual')],
    rows: hours.map((each, i) => [labels[i] ?? '', each.payments ?? '–', round(each.usual)]),
  };
}

function returningView({ weeks }: PanelOf<'returning'>, tools: ViewTools): DataView {
  const { t, palette, money, day } = tools;
  return {
    option:
      weeks.length === 0
        ? undefined
        : {
            ...frame(palette),
            xAxis: categories(
              weeks.map(({ monday }) => day(monday)),
              palette,
            ),
            yAxis: values(palette),
            series: [
              stacked(
                t('returning.returning'),
                weeks.map((week) => week.returning),
                palette.quiet,
              ),
              stacked(
                t('returning.fresh'),
                weeks.map((week) => week.fresh),
                palette.accent,
              ),
            ],
          },
    columns: [
      t('returning.week'),
      t('returning.fresh'),
      t('returning.returning'),
      t('returning.freshSum'),
      t('returning.returningSum'),
    ],
    rows: weeks.map((week) => [
      week.monday,
      week.fresh,
      week.returning,
      money(week.freshSumMinor),
      money(week.returningSumMinor),
    ]),
  };
}

function habitsView({ groups, tenths }: PanelOf<'habits'>, tools: ViewTools): DataView {
  const { t, palette, money } = tools;
  return {
    option: tenths.every((share) => share === 0)
      ? undefined
      : {
          ...frame(palette),
          xAxis: categories(
            tenths.map((_, i) => `${i + 1}`),
            palette,
          ),
          yAxis: values(palette, '%'),
          series: [
            bars(
              t('habits.share'),
              tenths.map((share) => round(share * 100)),
              palette.accent,
            ),
          ],
        },
    columns: [t('habits.times'), t('habits.daysAgo'), t('habits.people'), t('habits.sum')],
    rows: groups.map((group) => [
      range(group.timesFrom, group.timesTo),
      range(group.daysAgoFrom, group.daysAgoTo),
      group.people,
      money(group.sumMinor),
    ]),
  };
}

function cohortsView({ cohorts }: PanelOf<'cohorts'>, tools: ViewTools): DataView {
  const { t, palette } = tools;
  const months = cohorts.map(({ month }) => tools.month(month));
  const longest = Math.max(0, ...cohorts.map(({ active }) => active.length));
  const cells = cohorts.flatMap(({ active }, y) =>
    active.slice(1).flatMap((people, k) => {
      const value = percentOf(people, active[0]);
      return value === undefined ? [] : [[k, y, value]];
    }),
  );
  return {
    option:
      cells.length === 0
        ? undefined
        : {
            ...heat(palette, { most: Math.max(...cells.map((cell) => cell[2] ?? 0)), unit: '%' }),
            xAxis: categories(
              numbersTo(longest - 1).map((k) => `${k + 1}`),
              palette,
            ),
            yAxis: { ...categories(months, palette), inverse: true },
            series: [{ type: 'heatmap', data: cells, label: { show: false } }],
          },
    columns: [t('cohorts.month'), ...numbersTo(longest).map(String)],
    rows: cohorts.map(({ active }, y) => [
      months[y] ?? '',
      ...active.map((people) => people ?? t('tooFew')),
    ]),
  };
}

function hoursView({ cells }: PanelOf<'hours'>, { t, palette, weekday }: ViewTools): DataView {
  const hours = cells.map(({ hour }) => hour);
  const first = Math.min(...hours);
  const span = numbersTo(Math.max(...hours) - first + 1).map((i) => `${first + i}`);
  return {
    option:
      cells.length === 0
        ? undefined
        : {
            ...heat(palette, {
              most: Math.max(...cells.map(({ payments }) => payments)),
              unit: '',
            }),
            xAxis: categories(span, palette),
            yAxis: {
              ...categories([1, 2, 3, 4, 5, 6, 7].map(weekday), palette),
              inverse: true,
            },
            series: [
              {
                type: 'heatmap',
                data: cells.map((cell) => [
                  cell.hour - first,
                  cell.weekday - 1,
                  round(cell.payments),
                ]),
              },
            ],
          },
    columns: [t('hours.weekday'), t('hours.hour'), t('hours.payments')],
    rows: cells.map((cell) => [weekday(cell.weekday), `${cell.hour}:00`, round(cell.payments)]),
  };
}

const RANKS_SHOWN = 8;

/** The first of what is ranked, as bars from above, each with its value behind it. */
function firstOf(
  ranked: readonly { readonly name: string; readonly value: number }[],
  how: { readonly palette: Palette; readonly name: string; readonly written: string },
): DataView['option'] {
  const { palette, name, written: formatter } = how;
  const top = ranked.slice(0, RANKS_SHOWN);
  if (top.length === 0) return undefined;
  const names = top.map((each) => each.name);
  const numbers = top.map((each) => each.value);
  return {
    ...frame(palette),
    xAxis: values(palette),
    yAxis: { ...categories(names, palette), inverse: true },
    series: [
      {
        ...bars(name, numbers, palette.accent),
        label: { show: true, position: 'right', color: palette.ink, formatter },
      },
    ],
  };
}

function covisitsView({ pairs }: PanelOf<'covisits'>, { t, palette }: ViewTools): DataView {
  const label = (pair: (typeof pairs)[number]): string =>
    pair.shopName === null ? pair.otherName : `${pair.shopName} · ${pair.otherName}`;
  const ranked = pairs.map((pair) => ({ name: label(pair), value: pair.shared }));
  return {
    option: firstOf(ranked, { palette, name: t('covisits.shared'), written: '≥ {c}' }),
    columns: [t('covisits.shop'), t('covisits.street'), t('covisits.shared')],
    rows: pairs.map((pair) => [label(pair), pair.street, `≥ ${pair.shared}`]),
  };
}

function togetherView({ rules }: PanelOf<'together'>, { t, palette }: ViewTools): DataView {
  const label = ({ given, also }: (typeof rules)[number]): string =>
    `${given.join(' + ')} → ${also}`;
  const ranked = rules.map((rule) => ({ name: label(rule), value: inPercent(rule.confidence) }));
  return {
    option: firstOf(ranked, { palette, name: t('together.confidence'), written: '{c} %' }),
    columns: [
      t('together.rule'),
      t('together.support'),
      t('together.confidence'),
      t('together.lift'),
      t('together.count'),
    ],
    rows: rules.map((rule) => [
      label(rule),
      `${inPercent(rule.support)} %`,
      `${inPercent(rule.confidence)} %`,
      rule.lift.toFixed(2),
      rule.count,
    ]),
  };
}

/** 0.1234 as 12.3, per cent. */
function inPercent(value: number): number {
  return Math.round(1_000 * value) / 10;
}

function forecastView({ hours }: PanelOf<'forecast'>, tools: ViewTools): DataView {
  const { t, palette } = tools;
  const isEmpty = hours.every(({ expected }) => expected === 0);
  const labels = hours.map(({ day, hour }) => `${tools.day(day)} ${hour}:00`);
  const hidden = { lineStyle: { opacity: 0 }, symbol: 'none', stack: 'band', silent: true };
  return {
    option: isEmpty
      ? undefined
      : {
          ...frame(palette),
          xAxis: categories(labels, palette),
          yAxis: values(palette),
          series: [
            {
              ...line(
                '',
                hours.map(({ from }) => from),
                palette.quiet,
              ),
              ...hidden,
              tooltip: { show: false },
            },
            {
              ...line(
                '',
                hours.map(({ from, to }) => round(to - from)),
                palette.quiet,
              ),
              ...hidden,
              areaStyle: { color: palette.line, opacity: 0.8 },
              tooltip: { show: false },
            },
            line(
              t('forecast.expected'),
              hours.map(({ expected }) => expected),
              palette.accent,
            ),
          ],
        },
    columns: [t('forecast.when'), t('forecast.expected'), t('forecast.from'), t('forecast.to')],
    rows: hours.map((each, i) => [labels[i] ?? '', each.expected, each.from, each.to]),
  };
}

function lifetimeView({ model, people }: PanelOf<'lifetime'>, tools: ViewTools): DataView {
  const { t, palette, money } = tools;
  if (!model) return { option: undefined, columns: [t('lifetime.people')], rows: [[people]] };
  const labels = ['0–20 %', '20–40 %', '40–60 %', '60–80 %', '80–100 %'];
  return {
    option: {
      ...frame(palette),
      xAxis: categories(labels, palette),
      yAxis: values(palette),
      series: [bars(t('lifetime.regulars'), model.fifths, palette.accent)],
    },
    columns: [t('lifetime.what'), t('lifetime.value')],
    rows: [
      [t('lifetime.people'), people],
      [t('lifetime.alive'), Math.round(model.alive)],
      [t('lifetime.purchases'), Math.round(model.purchases)],
      [t('lifetime.sum'), model.sumMinor === null ? '–' : money(model.sumMinor)],
      [t('lifetime.slipping'), model.slipping],
      ...model.fifths.map((count, i) => [`${t('lifetime.chance')} ${labels[i] ?? ''}`, count]),
    ],
  };
}

function stacked(name: string, data: readonly number[], colour: string) {
  return { ...bars(name, data, colour), stack: 'people' };
}

function range(from: number, to: number | null): string {
  if (to === null) return `${from}+`;
  return from === to ? `${from}` : `${from}–${to}`;
}

/** Undefined where one of the two is not told. */
function percentOf(people: number | null, all: number | null | undefined): number | undefined {
  return people === null || !all ? undefined : round((100 * people) / all);
}

function numbersTo(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, i) => i);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
