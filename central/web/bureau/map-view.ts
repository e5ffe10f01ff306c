import type { BureauMap } from '../../../shared/contracts/http-bureau.ts';
import { frame } from '../charts/chart-parts.ts';
import type { Palette } from '../charts/palette.ts';
import {
  type BureauShown,
  type BureauTools,
  type BureauView,
  indexIn,
  lineOf,
  rounded,
  told,
} from './bureau-view.ts';

type Point = readonly [number, number];

/** Where an index has the full colour. */
const FULL_COLOUR_FROM = 150;
const STEADY_UNTIL = 105;
const MOST_ARROWS = 12;
/** A degree of longitude is shorter than one of latitude. */
const NORTH = Math.PI / 180;
const ROOM = 1.5;

/** The streets on the city's map, the stronger coloured the further above their usual week; arrows are where people go on to. */
export function mapView(
  shown: BureauShown & { readonly map: BureauMap },
  tools: BureauTools,
): BureauView {
  const { t, palette, nameOf } = tools;
  const { map, week } = shown;
  const streets = map.streets.map(({ street, line }) => ({
    street,
    line,
    index: rounded(indexIn(shown, lineOf(shown, 'street', street))),
    payments: week.streets.find((each) => each.street === street)?.payments ?? null,
  }));
  const middles = new Map(streets.map(({ street, line }) => [street, middleOf(line)]));
  const arrows = week.flows
    .flatMap(({ from, to, people }) => {
      const [one, two] = [middles.get(from), middles.get(to)];
      return one && two ? [{ coords: [one, two], people }] : [];
    })
    .slice(0, MOST_ARROWS);
  const above = streets.filter(({ index }) => index !== null && index > STEADY_UNTIL).length;
  return {
    name: 'map',
    isWide: true,
    isTall: true,
    finding:
      streets.length === 0
        ? t('map.unknown')
        : t('map.finding', { count: above, streets: streets.length, index: STEADY_UNTIL }),
    option:
      streets.length === 0
        ? undefined
        : {
            ...frame(palette),
            grid: { left: 8, right: 8, top: 8, bottom: 8 },
            tooltip: { confine: true },
            ...axes(streets.flatMap(({ line }) => line)),
            series: [
              ...streets.map(({ street, line, index }) => ({
                type: 'line',
                name: nameOf(street),
                data: line,
                symbol: 'none',
                silent: true,
                lineStyle: { width: 8, cap: 'round', color: colourOf(index, palette) },
                endLabel: {
                  show: true,
                  color: palette.ink,
                  formatter: `${nameOf(street)} ${told(index, tools)}`,
                  offset: [-36, 14],
                },
              })),
              arrowsOf(arrows, palette),
            ],
          },
    columns: [t('street'), t('index'), t('payments')],
    rows: streets.map(({ street, index, payments }) => [
      nameOf(street),
      told(index, tools),
      told(payments, tools),
    ]),
  };
}

function arrowsOf(
  arrows: readonly { readonly coords: readonly Point[]; readonly people: number }[],
  palette: Palette,
) {
  return {
    type: 'lines',
    coordinateSystem: 'cartesian2d',
    silent: true,
    symbol: ['none', 'arrow'],
    symbolSize: 10,
    lineStyle: { color: palette.ink, opacity: 0.7, curveness: 0.2 },
    data: arrows.map(({ coords, people }) => ({
      coords,
      lineStyle: { width: 1 + Math.min(4, people / 25) },
    })),
  };
}

/** Both axes with the same scale on the ground, as far as the card's shape allows. */
function axes(points: readonly Point[]) {
  const x = spanOf(points.map(([longitude]) => longitude));
  const y = spanOf(points.map(([, latitude]) => latitude));
  const isWide = x.half * Math.cos(y.middle * NORTH) > y.half;
  return {
    xAxis: axisOf(isWide ? x : { ...x, half: Math.max(x.half, y.half) }),
    yAxis: axisOf(y),
  };
}

interface Span {
  readonly middle: number;
  readonly half: number;
}

function spanOf(values: readonly number[]): Span {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return { middle: (least + most) / 2, half: Math.max(0.001, (ROOM * (most - least)) / 2) };
}

function axisOf({ middle, half }: Span) {
  return { type: 'value', show: false, min: middle - half, max: middle + half };
}

function middleOf(line: readonly Point[]): Point {
  const [first] = line;
  const last = line.at(-1);
  if (!first || !last) return [0, 0];
  return [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
}

/** Grey where the week is as usual or below, towards the accent above. */
function colourOf(index: number | null, palette: Palette): string {
  if (index === null) return palette.line;
  const share = Math.max(
    0,
    Math.min(1, (index - STEADY_UNTIL) / (FULL_COLOUR_FROM - STEADY_UNTIL)),
  );
  return share === 0
    ? palette.quiet
    : `color-mix(in srgb, ${palette.accent} ${Math.round(30 + 70 * share)}%, ${palette.line})`;
}
