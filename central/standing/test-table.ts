import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { type Feature, featureOf, type LabelledTable } from '../credit/feature-table.ts';
import { refusalToLearn } from '../credit/score-refusal.ts';

const MOST_ROWS = 20_000;
const rowsSchema = z
  .array(z.array(z.string()).min(1))
  .min(2)
  .max(MOST_ROWS + 1);

/**
 * Companies and what came of them, from a CSV file with a line of names.
 *
 * @param kinds of features where they are settled; other columns are kept as they look
 */
export function readTestTable(
  { csv, target }: { readonly csv: string; readonly target: string },
  kinds: ReadonlyMap<string, Feature['kind']>,
): Result<LabelledTable, 'invalid_file' | 'too_few'> {
  const [names = [], ...rows] = rowsIn(csv) ?? [];
  const labels = rows.map((row) => row[names.indexOf(target)]?.trim());
  if (labels.length === 0 || !labels.every((label) => label === '0' || label === '1')) {
    return err('invalid_file');
  }
  const bad = Uint8Array.from(labels, Number);
  if (refusalToLearn(bad) !== undefined) return err('too_few');
  const features = names
    .map((name, column) =>
      featureOf(
        name,
        rows.map((row) => row[column] ?? null),
        kinds.get(name),
      ),
    )
    .filter(({ name }) => name !== target);
  return ok({ features, bad });
}

function rowsIn(csv: string): string[][] | undefined {
  try {
    const records: unknown = parse(csv, { bom: true, skip_empty_lines: true });
    return rowsSchema.safeParse(records).data;
  } catch {
    return undefined;
  }
}
