import { formatAmount } from '../../shared/domain/money.ts';
import type { Played } from './play.ts';

const COLUMNS: readonly (readonly [title: string, width: number])[] = [
  ['#', -4],
  ['terminal', 14],
  ['who looked', 12],
  ['with', 14],
  ['CNY', -7],
  ['result', 30],
  ['score', -6],
  ['link', 5],
  ['ms', -6],
  ['decode', -7],
  ['detect', -7],
  ['pad', -6],
  ['embed', -6],
  ['search', -7],
  ['commit', -7],
];

function row(cells: readonly string[]): string {
  return COLUMNS.map(([, width], i) => {
    const cell = cells[i] ?? '';
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  })
    .join(' ')
    .trimEnd();
}

export const TABLE_HEAD = row(COLUMNS.map(([title]) => title));

/** One decision as a line: who, amount, result, score, link, and the time per stage in ms. */
export function tableRow(number: number, played: Played, score: number | null): string {
  const { scene, outcome } = played;
  const stages = outcome.kind === 'decided' ? outcome.result.stagesMs : undefined;
  return row([
    String(number),
    played.counter.terminalId,
    scene.who.name,
    scene.species === 'bona-fide'
      ? scene.anotherPhoto
        ? 'another photo'
        : 'altered photo'
      : scene.species,
    formatAmount({ amountMinor: scene.amountMinor, currency: 'CNY' }),
    resultText(played),
    score === null ? '' : score.toFixed(2),
    played.offline ? 'down' : 'up',
    ms(outcome.timings.decision),
    ms(stages?.decode),
    ms(stages?.detect),
    ms(stages?.pad),
    ms(stages?.embed),
    ms(stages?.search),
    ms(stages?.commit),
  ]);
}

function resultText({ outcome, looks, asked }: Played): string {
  const answered = asked.length > 0 ? ` by ${asked.join('+')}` : '';
  const again = `${answered}${looks > 1 ? ' (2nd look)' : ''}`;
  if (outcome.kind === 'decided') {
    const { outcome: result, code } = outcome.result;
    return `${result}${code === null ? '' : ` ${code}`}${again}`;
  }
  return outcome.kind === 'refused' ? `refused ${outcome.refusal.code}` : outcome.kind;
}

function ms(value: number | undefined): string {
  return value ? value.toFixed(1) : '';
}
