import { PLOT_STYLE } from './plot-style.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that stands for itself in HTML, SVG and quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** An element; children are markup already. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) =>
      value === undefined
        ? []
        : ` ${key}="${typeof value === 'number' ? px(value) : escaped(value)}"`,
    )
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join('')}</${name}>`;
}

/** Words at a place. @param attributes `x`, `y`, and what else */
export function label(words: string, attributes: Attributes): string {
  return element('text', attributes, escaped(words));
}

/** A straight line between two points. */
export function line(
  [x1, y1]: readonly [x: number, y: number],
  [x2, y2]: readonly [x: number, y: number],
  kind: string,
): string {
  return element('line', { x1, y1, x2, y2, class: kind });
}

/** Points joined by straight lines. */
export function path(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}

/** A tenth of a pixel: nobody sees more, and files stay small. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Words for who cannot see a plot. */
export interface PlotWords {
  readonly title: string;
  readonly description: string;
}

/** A whole plot that stands alone as a file and inside a page, in light and in dark. */
export function plotOf(
  { title, description }: PlotWords,
  size: { readonly width: number; readonly height: number },
  body: readonly string[],
): string {
  const { width, height } = size;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'plot',
      viewBox: `0 0 ${width} ${px(height)}`,
      width,
      height,
      role: 'img',
    },
    element('title', {}, escaped(title)),
    element('desc', {}, escaped(description)),
    element('style', {}, PLOT_STYLE),
    ...body,
  );
}

/** About how wide words are in the plots' font; there is no page to measure them on. */
export function widthOf(words: string): number {
  return words.length * 6.6;
}
