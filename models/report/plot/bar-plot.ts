import type { Tone } from './plot-style.ts';
import { element, label, line, type PlotWords, plotOf, widthOf } from './svg.ts';

export interface BarRow {
  readonly name: string;
  /** The row in words, at its end. */
  readonly words: string;
  readonly parts: readonly {
    readonly value: number;
    readonly tone: Tone;
    readonly name?: string;
  }[];
}

export interface BarPlot extends PlotWords {
  readonly rows: readonly BarRow[];
  /** What the full width stands for; by default the longest row. */
  readonly full?: number;
}

const ROW = 46;
const BAR = 16;
const SIDE = 2;

/** Bars from zero, each row's name and words above it. Parts that are wide enough bear their names below. @param width px */
export function barPlot(plot: BarPlot, width: number): string {
  const { rows } = plot;
  const sums = rows.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const full = plot.full ?? Math.max(...sums, Number.MIN_VALUE);
  const named = rows.some(({ parts }) => parts.some(({ name }) => name !== undefined));
  const row = named ? ROW + 16 : ROW;
  const height = rows.length * row + 8;
  const scale = (width - 2 * SIDE) / full;
  const body = rows.flatMap(({ name, words, parts }, i) => {
    const y = i * row + 22;
    let x = SIDE;
    const bars = parts.flatMap((part) => {
      const from = x;
      const wide = part.value * scale;
      x += wide;
      const bar = element('rect', {
        x: from,
        y,
        // a hair between parts keeps them apart without colour
        width: Math.max(0, wide - (parts.length > 1 ? 1 : 0)),
        height: BAR,
        class: `bar ${part.tone}`,
      });
      return part.name !== undefined && widthOf(part.name) + 4 < wide
        ? [bar, label(part.name, { x: from, y: y + BAR + 15, class: 'tick start' })]
        : [bar];
    });
    return [
      label(name, { x: SIDE, y: y - 7, class: 'start' }),
      label(words, { x: width - SIDE, y: y - 7, class: 'end' }),
      ...bars,
    ];
  });
  return plotOf(plot, { width, height }, [line(SIDE, 4, SIDE, height - 4, 'base'), ...body]);
}
