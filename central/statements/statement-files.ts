import writeXlsxFile from 'write-excel-file/node';
import type { Statement, StatementLine } from '../../shared/contracts/http-statements.ts';
import { formatAmount } from '../../shared/domain/money.ts';

const HEADINGS = [
  'paidOutAt',
  'payoutId',
  'kind',
  'movedAt',
  'shopId',
  'reference',
  'amount',
  'fee',
  'net',
] as const;

/** The statement as CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read Chinese), sums in the last line. */
export function statementCsv(statement: Statement): string {
  const { currency } = statement;
  const money = (minor: bigint): string => formatAmount({ amountMinor: minor, currency });
  const rows = statement.lines.map((line) => [...texts(line), ...amounts(line).map(money)]);
  const sums = ['total', '', '', '', '', '', ...totals(statement).map(money)];
  const table = [[...HEADINGS], ...rows, sums];
  return `\uFEFF${table.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`;
}

/** The statement as a workbook, amounts as numbers that can be added up. */
export async function statementXlsx(statement: Statement): Promise<Buffer> {
  const { currency } = statement;
  const money = (minor: bigint) => ({
    value: Number(formatAmount({ amountMinor: minor, currency })),
    type: Number,
    format: currency === 'JPY' ? '#,##0' : '#,##0.00',
  });
  return writeXlsxFile(
    [
      [bold(`${statement.companyName} ${statement.from} – ${statement.to} ${currency}`)],
      HEADINGS.map((heading) => bold(heading)),
      ...statement.lines.map((line) => [...texts(line).map(text), ...amounts(line).map(money)]),
      [bold('total'), null, null, null, null, null, ...totals(statement).map(money)],
    ],
    { sheet: statement.merchantId.slice(0, 31), stickyRowsCount: 2 },
  ).toBuffer();
}

const text = (value: string) => ({ value, type: String });
const bold = (value: string) => ({ ...text(value), fontWeight: 'bold' as const });

function texts({ paidOutAt, payoutId, kind, movedAt, shopId, reference }: StatementLine): string[] {
  return [paidOutAt, payoutId, kind, movedAt, shopId ?? '', reference];
}

function amounts({ amountMinor, feeMinor }: StatementLine): bigint[] {
  return [BigInt(amountMinor), BigInt(feeMinor), BigInt(amountMinor) - BigInt(feeMinor)];
}

function totals({ amountMinor, feeMinor, paidMinor }: Statement): bigint[] {
  return [BigInt(amountMinor), BigInt(feeMinor), BigInt(paidMinor)];
}

/** Quoted where it must be; what a spreadsheet would take for a formula is made text. */
function csvField(field: string): string {
  const isFormula = /^[=+@\t\r]/.test(field) || /^-(?!\d+(\.\d+)?$)/.test(field);
  const safe = isFormula ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
