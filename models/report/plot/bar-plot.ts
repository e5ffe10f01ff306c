import type { Tone } from './plot-style.ts';
import { element, label, type PlotWords, plotOf, widthOf } from './svg.ts';

export interface BarRow {
  readonly name: string;
  /** The row in words, at its end. */
  readonly words: string;
  readonly parts: readonly { readonly value: number; readonly tone: Tone }[];
}

export interface BarPlot extends PlotWords {
  readonly rows: readonly BarRow[];
  /** What the full width stands for; by default the longest row. */
  readonly full?: number;
  /** What tones mean, where a row has several parts: they may be too narrow to be named where they are. */
  readonly key?: readonly { readonly tone: Tone; readonly name: string }[];
}

const ROW = 46;
const BAR = 16;
const KEY_ROW = 20;
const SWATCH = 12;

/** Bars from zero, each row's name and words above it. @param width px */
export function barPlot(plot: BarPlot, width: number): string {
  const { rows } = plot;
  const sums = rows.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const full = plot.full ?? Math.max(...sums, Number.MIN_VALUE);
  const key = keyOf(plot.key ?? [], width);
  const body = rows.flatMap(({ name, words, parts }, i) => {
    const y = key.height + i * ROW + 22;
    let x = 0;
    return [
      label(name, { x: 0, y: y - 7, class: 'start' }),
      label(words, { x: width, y: y - 7, class: 'end' }),
      ...parts.map(({ value, tone }) => {
        const from = x;
        x += (value / full) * width;
        // a hair between parts keeps them apart without colour
        const wide = Math.max(0, x - from - (parts.length > 1 ? 1 : 0));
        return element('rect', { x: from, y, width: wide, height: BAR, class: `bar ${tone}` });
      }),
    ];
  });
  const height = key.height + rows.length * ROW;
  return plotOf(plot, { width, height }, [...key.marks, ...body]);
}

/** Swatches and names, in as many lines as they need. */
function keyOf(
  key: NonNullable<BarPlot['key']>,
  width: number,
): { readonly marks: string[]; readonly height: number } {
  let x = 0;
  let line = 0;
  const marks = key.flatMap(({ tone, name }) => {
    const wide = SWATCH + 6 + widthOf(name);
    if (x > 0 && x + wide > width) {
      x = 0;
      line += 1;
    }
    const y = line * KEY_ROW;
    const at = x;
    x += wide + 16;
    return [
      element('rect', { x: at, y, width: SWATCH, height: SWATCH, class: `bar ${tone}` }),
      label(name, { x: at + SWATCH + 6, y: y + 11, class: 'tick start' }),
    ];
  });
  return { marks, height: key.length === 0 ? 0 : (line + 1) * KEY_ROW + 8 };
}
