import type { Tone } from './plot-style.ts';
import type { Scale } from './scale.ts';
import { element, label, line, type PlotWords, path, plotOf, widthOf } from './svg.ts';

interface Axis {
  readonly scale: Scale;
  /** What is measured, and its unit. */
  readonly words: string;
}

export interface Curve {
  readonly name: string;
  readonly tone: Tone;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Uncertainty about the curve. */
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** Filled down to the axis, for distributions. */
  readonly filled?: boolean;
  /** Which point the name stands at; the last where not said. */
  readonly nameAt?: number;
}

export interface CurvePlot extends PlotWords {
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** Single points with their words. */
  readonly marks?: readonly {
    readonly x: number;
    readonly y: number;
    readonly words: string;
    readonly tone: Tone;
  }[];
  /** Upright lines with their words. */
  readonly rules?: readonly { readonly x: number; readonly words: string }[];
}

const RIGHT = 16;
const BOTTOM = 46;
const LEFT = 58;
const RULE_ROW = 16;

/** Curves over two axes, named where they are. @param width px; the plot is drawn for it, not scaled to it */
export function curvePlot(plot: CurvePlot, width: number): string {
  const { x, y, curves, marks = [], rules = [] } = plot;
  const top = 26 + rules.length * RULE_ROW;
  const height = Math.round(Math.min(400, width * 0.72)) + rules.length * RULE_ROW;
  const right = width - RIGHT;
  const bottom = height - BOTTOM;
  const xAt = (value: number): number => LEFT + x.scale.at(value) * (right - LEFT);
  const yAt = (value: number): number => bottom - y.scale.at(value) * (bottom - top);
  const body = [
    ...frameOf({ x, y, xAt, yAt, right, bottom, top }),
    ...rules.flatMap(({ x: value, words }, i) =>
      ruleOf(xAt(value), { words, row: i, right, bottom }),
    ),
    ...curves.flatMap((curve) => curveOf(curve, { xAt, yAt, bottom })),
    ...marks.map(({ x: mx, y: my, tone }) =>
      element('circle', { cx: xAt(mx), cy: yAt(my), r: 4, class: `dot ${tone}` }),
    ),
    ...namesOf(
      [
        ...marks.map((mark) => ({ ...mark, kind: 'start' as const })),
        ...curves.flatMap((curve) => nameOf(curve)),
      ].map(({ x: nx, y: ny, ...rest }) => ({ left: xAt(nx), at: yAt(ny), ...rest })),
      { right, top, bottom },
    ),
  ];
  return plotOf(plot, { width, height }, body);
}

interface Places {
  readonly xAt: (value: number) => number;
  readonly yAt: (value: number) => number;
  readonly bottom: number;
}

function frameOf(
  plot: Pick<CurvePlot, 'x' | 'y'> & Places & { readonly right: number; readonly top: number },
): string[] {
  const { x, y, xAt, yAt, right, bottom, top } = plot;
  const last = { x: Number.NEGATIVE_INFINITY };
  const xTicks = x.scale.ticks.filter(({ value, words }) => {
    const from = xAt(value) - widthOf(words) / 2;
    if (from < last.x + 6) return false;
    last.x = xAt(value) + widthOf(words) / 2;
    return true;
  });
  return [
    ...xTicks.flatMap(({ value, words }) => [
      line([xAt(value), top], [xAt(value), bottom], 'grid'),
      label(words, { x: xAt(value), y: bottom + 18, class: 'tick middle' }),
    ]),
    ...y.scale.ticks.flatMap(({ value, words }) => [
      line([LEFT, yAt(value)], [right, yAt(value)], 'grid'),
      label(words, { x: LEFT - 8, y: yAt(value) + 4, class: 'tick end' }),
    ]),
    line([LEFT, bottom], [right, bottom], 'base'),
    label(y.words, { x: 0, y: 13, class: 'axis start' }),
    label(x.words, { x: right, y: bottom + 38, class: 'axis end' }),
  ];
}

function ruleOf(
  x: number,
  how: {
    readonly words: string;
    readonly row: number;
    readonly right: number;
    readonly bottom: number;
  },
): string[] {
  const y = 32 + how.row * RULE_ROW;
  const isLeft = x + 6 + widthOf(how.words) > how.right;
  return [
    line([x, y - 10], [x, how.bottom], 'rule'),
    label(how.words, { x: x + (isLeft ? -6 : 6), y, class: `tick ${isLeft ? 'end' : 'start'}` }),
  ];
}

function curveOf({ points, band, filled, tone }: Curve, { xAt, yAt, bottom }: Places): string[] {
  const along = points.map(({ x, y }) => [xAt(x), yAt(y)] as const);
  const first = along[0];
  const last = along.at(-1);
  if (!first || !last) return [];
  const shapes: string[] = [];
  if (band && band.length > 1) {
    const upper = band.map(({ x, high }) => [xAt(x), yAt(high)] as const);
    const lower = band.map(({ x, low }) => [xAt(x), yAt(low)] as const);
    shapes.push(
      element('path', { d: `${path([...upper, ...lower.toReversed()])}Z`, class: `band ${tone}` }),
    );
  }
  if (filled) {
    const around = [...along, [last[0], bottom] as const, [first[0], bottom] as const];
    shapes.push(element('path', { d: `${path(around)}Z`, class: `area ${tone}` }));
  }
  return [...shapes, element('path', { d: path(along), class: `curve ${tone}` })];
}

function nameOf({ name, tone, points, nameAt }: Curve) {
  const point = points.at(nameAt ?? -1);
  return point ? [{ ...point, words: name, tone, kind: 'named' as const }] : [];
}

interface Name {
  readonly left: number;
  readonly at: number;
  readonly words: string;
  readonly tone: Tone;
  readonly kind: 'start' | 'named';
}

const NAME_HEIGHT = 16;

/** Sets each name beside its point, where no other name is yet. */
function namesOf(
  names: readonly Name[],
  within: { readonly right: number; readonly top: number; readonly bottom: number },
): string[] {
  const taken: { readonly from: number; readonly to: number; readonly y: number }[] = [];
  return names.map(({ left, at, words, tone, kind }) => {
    const width = widthOf(words);
    const x = Math.max(LEFT + 4, Math.min(left + 8, within.right - width));
    let y = Math.max(within.top + 12, at - 8);
    const isTaken = (): boolean =>
      taken.some(
        (other) => other.from < x + width && x < other.to && Math.abs(other.y - y) < NAME_HEIGHT,
      );
    while (isTaken() && y < within.bottom - NAME_HEIGHT) y += 4;
    taken.push({ from: x, to: x + width, y });
    return label(words, { x, y, class: kind === 'named' ? `named ${tone}` : 'start' });
  });
}
