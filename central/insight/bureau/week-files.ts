import writeXlsxFile from 'write-excel-file/node';
import type { BureauWeek } from '../../../shared/contracts/http-bureau.ts';

type Cell = string | number | null;

/** One part of a week as a table. */
interface Sheet {
  readonly name: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

function sheetsOf(week: BureauWeek): Sheet[] {
  return [
    {
      name: 'streets',
      headings: ['street', 'payments', 'sum', 'people', 'terminals', 'latePayments', 'lateHours'],
      rows: week.streets.map((each) => [
        each.street,
        each.payments,
        yuan(each.sumMinor),
        each.people,
        each.terminals,
        each.latePayments,
        each.lateHours,
      ]),
    },
    {
      name: 'trades',
      headings: ['trade', 'payments', 'sum'],
      rows: week.trades.map((each) => [each.trade, each.payments, yuan(each.sumMinor)]),
    },
    {
      name: 'streets-trades',
      headings: ['street', 'trade', 'payments', 'sum'],
      rows: week.cells.map((each) => [each.street, each.trade, each.payments, yuan(each.sumMinor)]),
    },
    {
      name: 'hours',
      headings: ['street', 'weekday', 'fromHour', 'payments'],
      rows: [
        ...week.slots.map((each) => ['', each.weekday, each.fromHour, each.payments]),
        ...week.streetSlots.map((each) => [
          each.street,
          each.weekday,
          each.fromHour,
          each.payments,
        ]),
      ],
    },
    {
      name: 'flows',
      headings: ['from', 'to', 'people'],
      rows: week.flows.map((each) => [each.from, each.to, each.people]),
    },
  ];
}

function yuan(minor: string | null): number | null {
  return minor === null ? null : Number(minor) / 100;
}

/** A week as one long CSV table (RFC 4180, UTF-8 with its mark): part, keys, measure, value. What may not be told is empty. */
export function weekCsv(week: BureauWeek): string {
  const lines = [['week', 'part', 'key', 'measure', 'value']];
  for (const { name, headings, rows } of sheetsOf(week)) {
    const keys = keyColumns(name);
    for (const row of rows) {
      const key = row.slice(0, keys).join(' ').trim();
      for (const [i, value] of row.entries()) {
        if (i >= keys) lines.push([week.week, name, key, headings[i] ?? '', `${value ?? ''}`]);
      }
    }
  }
  return `\uFEFF${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

function keyColumns(sheet: string): number {
  if (sheet === 'hours') return 3;
  return sheet === 'streets' || sheet === 'trades' ? 1 : 2;
}

/** A week as a workbook, a sheet for each part. */
export async function weekXlsx(week: BureauWeek): Promise<Buffer> {
  const sheets = sheetsOf(week).map(({ name, headings, rows }) => ({
    sheet: name,
    stickyRowsCount: 1,
    data: [
      headings.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
      ...rows.map((row) => row.map(excelCell)),
    ],
  }));
  return writeXlsxFile(sheets).toBuffer();
}

function excelCell(value: Cell) {
  if (value === null) return null;
  return typeof value === 'number' ? { value, type: Number } : { value, type: String };
}
