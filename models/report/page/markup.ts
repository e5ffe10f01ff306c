import { escaped } from '../plot/svg.ts';

/** Rows of words; the first column heads its row, the others are set to the right. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Words rather than numbers: set to the left. */
  readonly isText?: boolean;
}

/** A plot with what it says, and the same in a table. */
export interface Figure {
  /** Also the name of its SVG file. */
  readonly id: string;
  /** The finding, as a sentence. */
  readonly finding: string;
  /** What is measured, and its unit. */
  readonly measure: string;
  /** @param width px */
  readonly plot: (width: number) => string;
  readonly table: Table;
  /** Many rows: folded away until they are asked for. */
  readonly isLong?: boolean;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly (Figure | Table | Words)[];
}

/** Paragraphs. */
export interface Words {
  readonly words: readonly string[];
}

/** Widths that a plot is drawn for: a desk or paper, and a phone. */
export const PLOT_WIDTHS = { wide: 720, narrow: 326 } as const;

export function sectionMarkup({ id, title, parts }: Section): string {
  return `<section id="${id}"><h2>${escaped(title)}</h2>${parts.map(partMarkup).join('')}</section>`;
}

function partMarkup(part: Section['parts'][number]): string {
  if ('words' in part) return part.words.map((words) => `<p>${escaped(words)}</p>`).join('');
  return 'plot' in part ? figureMarkup(part) : tableMarkup(part);
}

function figureMarkup({ id, finding, measure, plot, table, isLong }: Figure): string {
  const rows = tableMarkup(table);
  return [
    `<figure id="${id}"><figcaption><h3>${escaped(finding)}</h3><p class="measure">${escaped(measure)}</p></figcaption>`,
    `<div class="wide">${plot(PLOT_WIDTHS.wide)}</div><div class="narrow">${plot(PLOT_WIDTHS.narrow)}</div>`,
    isLong ? `<details><summary>The same as a table</summary>${rows}</details>` : rows,
    '</figure>',
  ].join('');
}

function tableMarkup({ caption, head, rows, isText }: Table): string {
  const headCells = head.map((words) => `<th scope="col">${escaped(words)}</th>`).join('');
  const bodyRows = rows.map(([first = '', ...others]) => {
    const cells = others.map((words) => `<td>${escaped(words)}</td>`).join('');
    return `<tr><th scope="row">${escaped(first)}</th>${cells}</tr>`;
  });
  // focusable, so that a keyboard can scroll what a phone is too narrow for
  const name = `aria-label="${escaped(caption)}"`;
  return [
    `<p class="caption" aria-hidden="true">${escaped(caption)}</p>`,
    `<div class="table" role="group" tabindex="0" ${name}>`,
    `<table ${name}${isText ? ' class="text"' : ''}><thead><tr>${headCells}</tr></thead>`,
    `<tbody>${bodyRows.join('')}</tbody></table></div>`,
  ].join('');
}
