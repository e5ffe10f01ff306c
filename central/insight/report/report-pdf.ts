import type { Trade } from '../../../shared/contracts/trades.ts';
import { PAGE, type PdfDocument, pdfOf } from '../../pdf/pdf-document.ts';
import { weekdayName } from '../panels/city-time.ts';
import type { ReportFigures, ReportLine } from './report-figures.ts';

const ROW = 17;
const ACCENT = '#c8102e';
const INK = '#1a1a18';
const MUTED = '#5b5952';
const LINE = '#dcd9d1';
const MOST_BARS = 12;
const CELL = { width: 52, height: 18 };

const TRADES: Readonly<Record<Trade, string>> & Readonly<Record<string, string>> = {
  food: '餐饮 Food',
  drinks: '茶饮 Drinks',
  clothing: '服装 Clothing',
  crafts: '工艺品 Crafts',
  groceries: '食品杂货 Groceries',
  beauty: '美容 Beauty',
  leisure: '休闲 Leisure',
  services: '服务 Services',
  other: '其他 Other',
};
const TOO_FEW = '太少 too few';

/** A report as a PDF of A4 pages, Chinese and English. @param nameOf what a street is called */
export function reportPdf(
  figures: ReportFigures,
  nameOf: (street: string) => string,
): Promise<Buffer> {
  const { kind, period } = figures;
  return pdfOf(`${kind === 'week' ? '周报 Week' : '月报 Month'} ${period}`, (document) => {
    drawHead(document, figures);
    drawBars(document, figures, nameOf);
    drawTable(document, {
      heading: '街道 Streets',
      lines: figures.streets,
      nameOf,
      people: figures.kind === 'week',
    });
    drawTable(document, {
      heading: '行业 Trades',
      lines: figures.trades,
      nameOf: (trade) => TRADES[trade] ?? trade,
      people: false,
    });
    drawSlots(document, figures);
    drawFlows(document, figures, nameOf);
    drawOutages(document, figures, nameOf);
  });
}

function drawHead(document: PdfDocument, figures: ReportFigures): void {
  const { kind, from, to, city, weeks, season, holidays } = figures;
  document.rect(PAGE.left, PAGE.top, 6, 26).fill(ACCENT).fillColor(INK);
  const title =
    kind === 'week'
      ? '街区商业周报 The week on the streets'
      : '街区商业月报 The month on the streets';
  document.fontSize(18).text(title, PAGE.left + 14, PAGE.top);
  const seasonText =
    season === 0
      ? '平季 Ordinary season'
      : `旺季 Tourist season${weeks > 1 ? ` (${season}/${weeks})` : ''}${holidays.length > 0 ? ` · ${holidays.join(', ')}` : ''}`;
  document
    .fontSize(9)
    .fillColor(MUTED)
    .text(`${from} – ${to} · ${seasonText}`, PAGE.left, PAGE.top + 32)
    .fillColor(INK);
  document
    .fontSize(13)
    .text(
      [
        `付款 Payments ≥ ${countText(city.payments)}`,
        `营业额 Turnover ≥ ${sumText(city.sumMinor)}`,
        `指数 Index ${indexText(city.index)}`,
      ].join('     '),
      PAGE.left,
      PAGE.top + 52,
      { width: PAGE.width },
    );
  document
    .fontSize(7.5)
    .fillColor(MUTED)
    .text(
      '付款笔数取整到十，人数取整到五，金额取整到千元，一律向下；不足十人的、由一家企业主导的数字不显示。指数 100 为平常一周。本报告只用已发布的各周数字。 ' +
        'Payments are told in tens, people in fives, sums in ¥1,000, rounded down; what fewer than ten people or one company make up is left out. ' +
        'Index 100 is an ordinary week. This report is made of released weeks alone.',
      PAGE.left,
      document.y + 6,
      { width: PAGE.width },
    )
    .fillColor(INK);
  document.y += 10;
}

/** Streets by their index: how far above or below their ordinary weeks. */
function drawBars(
  document: PdfDocument,
  { streets }: ReportFigures,
  nameOf: (street: string) => string,
): void {
  const known = streets
    .flatMap(({ id, index }) => (index === null ? [] : [{ id, index }]))
    .toSorted((a, b) => b.index - a.index || (a.id < b.id ? -1 : 1))
    .slice(0, MOST_BARS);
  if (known.length === 0) return;
  startSection(document, '街道指数 Streets by index', known.length * ROW);
  const most = Math.max(100, ...known.map(({ index }) => index));
  const [left, width] = [PAGE.left + 150, PAGE.width - 200];
  const top = document.y;
  const usual = left + (width * 100) / most;
  document
    .moveTo(usual, top)
    .lineTo(usual, top + known.length * ROW)
    .dash(2, { space: 2 })
    .strokeColor(MUTED)
    .stroke()
    .undash();
  for (const [i, { id, index }] of known.entries()) {
    const y = top + i * ROW;
    document.fontSize(8.5).fillColor(INK);
    document.text(nameOf(id), PAGE.left, y + 2, { width: 145, height: ROW, ellipsis: true });
    document.rect(left, y + 3, (width * index) / most, ROW - 7).fill(ACCENT);
    document.fillColor(INK).text(indexText(index), left + (width * index) / most + 4, y + 2, {
      lineBreak: false,
    });
  }
  document.y = top + known.length * ROW + 8;
}

interface TableParts {
  readonly heading: string;
  readonly lines: readonly ReportLine[];
  readonly nameOf: (id: string) => string;
  readonly people: boolean;
}

function drawTable(document: PdfDocument, { heading, lines, nameOf, people }: TableParts): void {
  const columns = [
    '付款 Payments',
    '营业额 Turnover',
    ...(people ? ['人数 People'] : []),
    '指数 Index',
  ];
  startSection(document, heading, ROW * 3);
  drawRow(document, { cells: columns, isHead: true });
  if (lines.length === 0) drawRow(document, { name: '暂无 Nothing' });
  for (const { id, payments, sumMinor, people: who, index } of lines) {
    if (document.y + ROW > PAGE.bottom) {
      document.addPage();
      document.y = PAGE.top;
      drawRow(document, { cells: columns, isHead: true });
    }
    const cells = [
      countText(payments),
      sumText(sumMinor),
      ...(people ? [countText(who)] : []),
      indexText(index),
    ];
    drawRow(document, { name: nameOf(id), cells });
  }
  document.y += 8;
}

interface Row {
  readonly name?: string;
  readonly cells?: readonly string[];
  readonly isHead?: boolean;
}

function drawRow(document: PdfDocument, { name = '', cells = [], isHead = false }: Row): void {
  const y = document.y;
  const width = 95;
  document.fontSize(8.5).fillColor(isHead ? MUTED : INK);
  document.text(name, PAGE.left, y, {
    width: PAGE.width - cells.length * width - 8,
    height: ROW,
    ellipsis: true,
  });
  for (const [i, cell] of cells.entries()) {
    const left = PAGE.right - (cells.length - i) * width;
    document.text(cell, left, y, { width, align: 'right', lineBreak: false });
  }
  document
    .moveTo(PAGE.left, y + ROW - 3)
    .lineTo(PAGE.right, y + ROW - 3)
    .lineWidth(0.5)
    .strokeColor(LINE)
    .stroke();
  document.fillColor(INK);
  document.y = y + ROW;
}

/** Weekdays by three hours, darker where more was paid. */
function drawSlots(document: PdfDocument, { slots }: ReportFigures): void {
  const most = Math.max(0, ...slots.flat().map((payments) => payments ?? 0));
  if (most === 0) return;
  startSection(document, '时段 Three hours of weekdays', 8 * CELL.height + ROW);
  const left = PAGE.left + 90;
  const top = document.y + ROW;
  document.fontSize(7.5).fillColor(MUTED);
  for (let slot = 0; slot < 8; slot += 1) {
    const text = `${slot * 3}–${slot * 3 + 3} h`;
    document.text(text, left + slot * CELL.width, top - ROW + 4, {
      width: CELL.width,
      align: 'center',
    });
  }
  for (const [weekday, row] of slots.entries()) {
    const y = top + weekday * CELL.height;
    const name = `${weekdayName(weekday + 1, 'zh-CN')} ${weekdayName(weekday + 1, 'en')}`;
    document.fillColor(INK).text(name, PAGE.left, y + 4, { lineBreak: false });
    for (const [slot, payments] of row.entries()) {
      const x = left + slot * CELL.width;
      const share = (payments ?? 0) / most;
      document.rect(x, y, CELL.width - 1, CELL.height - 1);
      if (payments === null) document.strokeColor(LINE).stroke();
      else
        document
          .fillOpacity(0.08 + 0.92 * share)
          .fill(ACCENT)
          .fillOpacity(1);
      document.fillColor(share > 0.55 ? '#ffffff' : INK);
      document.text(payments === null ? '' : countText(payments), x, y + 4, {
        width: CELL.width - 1,
        align: 'center',
        lineBreak: false,
      });
    }
  }
  document.fillColor(INK);
  document.y = top + slots.length * CELL.height + 8;
}

function drawFlows(
  document: PdfDocument,
  { flows }: ReportFigures,
  nameOf: (street: string) => string,
): void {
  if (flows.length === 0) return;
  startSection(document, '街道之间 From street to street', (flows.length + 1) * ROW);
  drawRow(document, { cells: ['人数 People'], isHead: true });
  for (const { from, to, people } of flows)
    drawRow(document, {
      name: `${nameOf(from)} → ${nameOf(to)}`,
      cells: [`≥ ${countText(people)}`],
    });
  document.y += 8;
}

function drawOutages(
  document: PdfDocument,
  { outages }: ReportFigures,
  nameOf: (street: string) => string,
): void {
  if (outages.length === 0) return;
  startSection(document, '断网 Without a link', ROW * 3);
  drawRow(document, { cells: ['小时 Hours', '迟到 Late'], isHead: true });
  for (const { street, hours, payments } of outages) {
    if (document.y + ROW > PAGE.bottom) {
      document.addPage();
      document.y = PAGE.top;
    }
    drawRow(document, { name: nameOf(street), cells: [countText(hours), countText(payments)] });
  }
}

/** On the next page where so much does not fit on this one. */
function startSection(document: PdfDocument, heading: string, height: number): void {
  if (document.y + height + 24 > PAGE.bottom) {
    document.addPage();
    document.y = PAGE.top;
  }
  document.fontSize(12).fillColor(INK).text(heading, PAGE.left, document.y, { lineBreak: false });
  document.y += 22;
}

function countText(count: number | null): string {
  return count === null ? TOO_FEW : new Intl.NumberFormat('en').format(count);
}

function sumText(minor: bigint | null): string {
  return minor === null ? TOO_FEW : `¥${new Intl.NumberFormat('en').format(minor / 100n)}`;
}

function indexText(index: number | null): string {
  return index === null ? '–' : index.toFixed(0);
}
