import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Pdf from 'pdfkit';

/** Noto Sans SC (OFL 1.1): has the characters of Chinese names; only those used are put into the file. */
const FONT_FILE = fileURLToPath(
  import.meta.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
);

/** An A4 page's usable part, in points. */
export const PAGE = { left: 40, right: 555, width: 515, top: 40, bottom: 790 } as const;

export type PdfDocument = InstanceType<typeof Pdf>;

let font: Buffer | undefined;

/**
 * A4 pages in the font that has Chinese and Latin, drawn by `draw` and numbered at the foot. The same drawing is the same file.
 *
 * @param title of the document, for its reader's window
 */
export async function pdfOf(title: string, draw: (document: PdfDocument) => void): Promise<Buffer> {
  font ??= readFileSync(FONT_FILE);
  const document = new Pdf({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    info: { Title: title, CreationDate: new Date(0) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.font(font);
  draw(document);
  numberPages(document);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

function numberPages(document: PdfDocument): void {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    document.switchToPage(page);
    const text = `${page - start + 1} / ${count}`;
    const options = { width: PAGE.width, align: 'right' } as const;
    document.fontSize(7).text(text, PAGE.left, PAGE.bottom + 16, options);
  }
}
