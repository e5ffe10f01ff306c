import type { Statement, StatementLine } from '../../shared/contracts/http-statements.ts';
import { formatAmount } from '../../shared/domain/money.ts';
import { PAGE, type PdfDocument, pdfOf } from '../pdf/pdf-document.ts';

/** Lines of one PDF, some hundred pages; longer statements are for spreadsheets. */
export const MAX_PDF_LINES = 5_000;

const ROW = 16;
const FIELDS = [
  { heading: '出款 Paid out', left: 40, width: 62 },
  { heading: '项目 Kind', left: 102, width: 58 },
  { heading: '发生 Moved', left: 160, width: 62 },
  { heading: '店铺 Shop', left: 222, width: 72 },
  { heading: '参考号 Reference', left: 294, width: 130 },
] as const;
const SUMS = [
  { heading: '金额 Amount', left: 426, width: 48 },
  { heading: '手续费 Fee', left: 474, width: 40 },
  { heading: '净额 Net', left: 514, width: 41 },
] as const;

/** What a line is, in the two languages of the street; what the city books later keeps its own word. */
const KINDS: Readonly<Record<string, string>> = {
  capture: '收款 Payment',
  refund: '退款 Refund',
  reverse: '撤销 Reversal',
  payout_returned: '退回 Returned',
  dispute_opened: '争议 Dispute',
  dispute_dismissed: '驳回 Dismissed',
  subsidy: '补贴 Subsidy',
  discount: '优惠 Discount',
  discount_returned: '退优惠 Discount back',
};

/**
 * The statement as a PDF of A4 pages, Chinese and English.
 *
 * @param statement of at most `MAX_PDF_LINES` lines
 */
export function statementPdf(statement: Statement): Promise<Buffer> {
  const { merchantId, from, to } = statement;
  return pdfOf(`${merchantId} ${from} – ${to}`, (document) => {
    drawHead(document, statement);
    drawLines(document, statement);
  });
}

function drawHead(document: PdfDocument, statement: Statement): void {
  const { companyName, merchantId, from, to, currency } = statement;
  document.fontSize(16).text(companyName, PAGE.left, PAGE.top, { width: PAGE.width });
  document.fontSize(10).text(`结算单 Statement · ${merchantId} · ${from} – ${to} · ${currency}`);
  const money = (minor: string): string => formatAmount({ amountMinor: BigInt(minor), currency });
  const sums = [
    `金额 Amount ${money(statement.amountMinor)}`,
    `手续费 Fee ${money(statement.feeMinor)}`,
    `已出款 Paid ${money(statement.paidMinor)}`,
  ];
  document.fontSize(12).moveDown(0.5).text(sums.join('    '));
  document.moveDown(0.5);
}

function drawLines(document: PdfDocument, statement: Statement): void {
  let y = drawHeadings(document, document.y);
  if (statement.lines.length === 0) {
    document
      .fontSize(10)
      .text('这段时间没有出款 Nothing was paid out in this period', PAGE.left, y);
  }
  for (const line of statement.lines) {
    if (y + ROW > PAGE.bottom) {
      document.addPage();
      y = drawHeadings(document, PAGE.top);
    }
    drawRow(document, y, { texts: textsOf(line), sums: amountsOf(line, statement) });
    y += ROW;
  }
}

/** @returns where the first row goes */
function drawHeadings(document: PdfDocument, y: number): number {
  const texts = FIELDS.map(({ heading }) => heading);
  const sums = SUMS.map(({ heading }) => heading.split(' ')[0] ?? heading);
  drawRow(document, y, { texts, sums });
  document
    .moveTo(PAGE.left, y + ROW - 3)
    .lineTo(PAGE.right, y + ROW - 3)
    .lineWidth(0.5)
    .stroke();
  return y + ROW;
}

function drawRow(
  document: PdfDocument,
  y: number,
  { texts, sums }: { readonly texts: readonly string[]; readonly sums: readonly string[] },
): void {
  document.fontSize(7);
  for (const [index, { left, width }] of FIELDS.entries()) {
    const options = { width: width - 4, height: ROW, lineBreak: false, ellipsis: true };
    document.text(texts[index] ?? '', left, y, options);
  }
  for (const [index, { left, width }] of SUMS.entries()) {
    document.text(sums[index] ?? '', left, y, { width, align: 'right', lineBreak: false });
  }
}

function textsOf(line: StatementLine): string[] {
  const { paidOutAt, kind, movedAt, shopId, reference } = line;
  return [minuteOf(paidOutAt), KINDS[kind] ?? kind, minuteOf(movedAt), shopId ?? '', reference];
}

function amountsOf({ amountMinor, feeMinor }: StatementLine, { currency }: Statement): string[] {
  const [amount, fee] = [BigInt(amountMinor), BigInt(feeMinor)];
  return [amount, fee, amount - fee].map((minor) => formatAmount({ amountMinor: minor, currency }));
}

const minuteFormat = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** China's time, `2026-11-27 10:00`. */
function minuteOf(at: string): string {
  return minuteFormat.format(new Date(at));
}
