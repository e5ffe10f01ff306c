/** Two pictures, by their paths below the images' folder, and whether they show the same person. */
export interface ListedPair {
  readonly a: string;
  readonly b: string;
  readonly genuine: boolean;
  /** Which fold of the cross-validation it belongs to, from 0. */
  readonly fold: number;
}

/** A line of a pair file says something we cannot read. */
export class PairFileError extends Error {
  override readonly name = 'PairFileError';

  constructor(line: number, why: string) {
    super(`pairs, line ${line}: ${why}`);
  }
}

/** Folds that pairs without folds of their own are dealt to. */
const FOLDS = 10;

const LABELS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'genuine', 'same', 'true'].map((label) => [label, true] as const),
  ...['0', 'impostor', 'different', 'false'].map((label) => [label, false] as const),
]);

/**
 * Reads a pair file: LFW's `pairs.txt` (its first line says `folds<TAB>pairs per fold and kind`), or lines of
 * `label<TAB>pathA<TAB>pathB` with label 1/0, genuine/impostor, same/different or true/false.
 *
 * Pairs of the second form are dealt to 10 folds in turn, genuine and impostor apart.
 *
 * @throws PairFileError
 */
export function parsePairs(text: string): ListedPair[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, fields: line.trim().split('\t') }))
    .filter(({ fields }) => fields.join('') !== '');
  const [first] = lines;
  if (!first) throw new PairFileError(1, 'there are no pairs');
  if (first.fields.length === 2 && first.fields.every((field) => /^\d+$/.test(field))) {
    return parseLfw(lines.slice(1), Number(first.fields[1]));
  }
  return parseLabelled(lines);
}

interface Line {
  readonly number: number;
  readonly fields: readonly string[];
}

function parseLfw(lines: readonly Line[], pairsPerKind: number): ListedPair[] {
  return lines.map(({ number, fields }, i) => {
    const fold = Math.floor(i / (2 * pairsPerKind));
    const [p, q, r, s] = fields;
    if (p !== undefined && q !== undefined && r !== undefined) {
      if (fields.length === 3) {
        return { a: lfwPath(p, q, number), b: lfwPath(p, r, number), genuine: true, fold };
      }
      if (fields.length === 4 && s !== undefined) {
        return { a: lfwPath(p, q, number), b: lfwPath(r, s, number), genuine: false, fold };
      }
    }
    throw new PairFileError(
      number,
      'expected: name, number, number; or name, number, name, number',
    );
  });
}

function lfwPath(name: string, index: string, line: number): string {
  if (!/^\d+$/.test(index)) throw new PairFileError(line, `"${index}" is not a picture's number`);
  return `${name}/${name}_${index.padStart(4, '0')}.jpg`;
}

function parseLabelled(lines: readonly Line[]): ListedPair[] {
  let genuineSeen = 0;
  let impostorSeen = 0;
  return lines.map(({ number, fields }) => {
    const [label, a, b] = fields;
    const genuine = LABELS.get((label ?? '').toLowerCase());
    if (genuine === undefined || a === undefined || b === undefined || fields.length !== 3) {
      throw new PairFileError(number, 'expected label<TAB>pathA<TAB>pathB with label 1 or 0');
    }
    const seen = genuine ? genuineSeen++ : impostorSeen++;
    return { a, b, genuine, fold: seen % FOLDS };
  });
}
