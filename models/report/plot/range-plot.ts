import type { Tone } from './plot-style.ts';
import type { Scale } from './scale.ts';
import { element, label, line, type PlotWords, plotOf, widthOf } from './svg.ts';

export interface RangeRow {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly tone: Tone;
  /** The value in words. */
  readonly words: string;
  /** What it was to be at most. */
  readonly target?: number;
}

export interface RangePlot extends PlotWords {
  readonly scale: Scale;
  readonly words: string;
  readonly rows: readonly RangeRow[];
}

const ROW = 44;
const TOP = 8;
const BOTTOM = 46;
const SIDE = 14;

/** A dot with its interval for each row, the row's name above it. @param width px */
export function rangePlot(plot: RangePlot, width: number): string {
  const { scale, rows } = plot;
  const bottom = TOP + rows.length * ROW;
  const right = width - SIDE;
  const at = (value: number): number => SIDE + scale.at(value) * (right - SIDE);
  let lastTick = Number.NEGATIVE_INFINITY;
  const ticks = scale.ticks.flatMap(({ value, words }) => {
    const x = at(value);
    if (x - widthOf(words) / 2 < lastTick + 6) return [];
    lastTick = x + widthOf(words) / 2;
    const fits = Math.max(widthOf(words) / 2, Math.min(x, width - widthOf(words) / 2));
    return [
      line([x, TOP], [x, bottom], 'grid'),
      label(words, { x: fits, y: bottom + 18, class: 'tick middle' }),
    ];
  });
  const body = rows.flatMap((row, i) => {
    const y = TOP + i * ROW + 30;
    return [
      label(row.name, { x: SIDE, y: y - 13, class: 'start' }),
      label(row.words, { x: right, y: y - 13, class: 'end' }),
      element('line', {
        x1: at(row.low),
        y1: y,
        x2: at(row.high),
        y2: y,
        class: `whisker ${row.tone}`,
      }),
      element('circle', { cx: at(row.value), cy: y, r: 5, class: `dot ${row.tone}` }),
      ...(row.target === undefined
        ? []
        : [element('path', { d: `M${at(row.target)} ${y - 8}v16`, class: 'target' })]),
    ];
  });
  return plotOf(plot, { width, height: bottom + BOTTOM }, [
    ...ticks,
    line([SIDE, bottom], [right, bottom], 'base'),
    label(plot.words, { x: right, y: bottom + 38, class: 'axis end' }),
    ...body,
  ]);
}
