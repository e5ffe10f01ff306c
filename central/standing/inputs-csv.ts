import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { standingFieldsSchema } from '../../shared/contracts/http-standing.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';

const MOST_ROWS = 5_000;
const recordSchema = z.record(z.string(), z.string());

export interface InputRowGiven {
  readonly merchantId: string;
  readonly fields: Readonly<Record<string, number | string>>;
}

/**
 * Companies in a CSV file with a line of names, `merchantId` among them. What is empty is not known; what reads as a number
 * is one.
 *
 * @returns undefined where the file is not that
 */
export function readInputsCsv(text: string): readonly InputRowGiven[] | undefined {
  const records = recordsIn(text);
  if (!records || records.length === 0 || records.length > MOST_ROWS) return undefined;
  const rows = records.map(({ merchantId, ...texts }) => {
    const known = Object.entries(texts).filter(([, value]) => value.trim() !== '');
    const fields = Object.fromEntries(known.map(([name, value]) => [name, valueOf(value.trim())]));
    return { merchantId, fields };
  });
  const checked = z
    .array(z.strictObject({ merchantId: nameSchema, fields: standingFieldsSchema }))
    .safeParse(rows);
  return checked.data;
}

function recordsIn(text: string): Record<string, string>[] | undefined {
  try {
    const records: unknown = parse(text, { columns: true, bom: true, skip_empty_lines: true });
    return z.array(recordSchema).safeParse(records).data;
  } catch {
    return undefined;
  }
}

function valueOf(text: string): number | string {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}
