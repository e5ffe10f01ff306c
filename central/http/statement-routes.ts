import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type Statement,
  type StatementQuery,
  statementQuerySchema,
  statementSchema,
} from '../../shared/contracts/http-statements.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import { makeStatement } from '../statements/statement.ts';
import { statementCsv, statementXlsx } from '../statements/statement-files.ts';
import { MAX_PDF_LINES, statementPdf } from '../statements/statement-pdf.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const request = {
  params: z.object({ merchantId: nameSchema }),
  query: statementQuerySchema,
};
const PDF = 'application/pdf';
const fileAnswer = (type: 'text/csv' | typeof XLSX | typeof PDF) => ({
  200: { description: 'The file', content: { [type]: { schema: z.string() } } },
});

export const statementRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/statement',
  summary: 'What a merchant was paid in a period, line by line',
  request,
  responses: { ...jsonAnswer(statementSchema), ...problemAnswers(400, 404, 409) },
});

export const statementCsvRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/statement.csv',
  summary: 'The statement as CSV',
  request,
  responses: { ...fileAnswer('text/csv'), ...problemAnswers(400, 404, 409) },
});

export const statementXlsxRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/statement.xlsx',
  summary: 'The statement as a workbook',
  request,
  responses: { ...fileAnswer(XLSX), ...problemAnswers(400, 404, 409) },
});

export const statementPdfRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/statement.pdf',
  summary: 'The statement to print and to keep, up to 5,000 lines',
  request,
  responses: { ...fileAnswer(PDF), ...problemAnswers(400, 404, 409) },
});

export const STATEMENT_ROUTES = [
  statementRoute,
  statementCsvRoute,
  statementXlsxRoute,
  statementPdfRoute,
];

/** Statements of merchants. */
export function addStatementRoutes(app: OpenAPIHono, { database }: HttpContext): void {
  const statementOf = async (
    asked: Context,
    merchantId: string,
    query: StatementQuery,
  ): Promise<Statement> => {
    const made = await database.snapshot((tx) => makeStatement(tx, merchantId, query));
    if (made.ok) return made.value;
    return refuse(asked, made.error === 'not_found' ? 'not_found' : 'conflict', made.error);
  };

  app.openapi(statementRoute, async (asked) => {
    const { merchantId } = asked.req.valid('param');
    return asked.json(await statementOf(asked, merchantId, asked.req.valid('query')), 200);
  });

  app.openapi(statementCsvRoute, async (asked) => {
    const { merchantId } = asked.req.valid('param');
    const statement = await statementOf(asked, merchantId, asked.req.valid('query'));
    return asked.body(statementCsv(statement), 200, fileHeaders(statement, 'csv', 'text/csv'));
  });

  app.openapi(statementXlsxRoute, async (asked) => {
    const { merchantId } = asked.req.valid('param');
    const statement = await statementOf(asked, merchantId, asked.req.valid('query'));
    const bytes = new Uint8Array(await statementXlsx(statement));
    return asked.body(bytes, 200, fileHeaders(statement, 'xlsx', XLSX));
  });

  app.openapi(statementPdfRoute, async (asked) => {
    const { merchantId } = asked.req.valid('param');
    const statement = await statementOf(asked, merchantId, asked.req.valid('query'));
    if (statement.lines.length > MAX_PDF_LINES) return refuse(asked, 'conflict', 'too_long');
    const bytes = new Uint8Array(await statementPdf(statement));
    return asked.body(bytes, 200, fileHeaders(statement, 'pdf', PDF));
  });
}

function fileHeaders({ merchantId, from, to }: Statement, ending: string, type: string) {
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="${merchantId}-${from}-${to}.${ending}"`,
  };
}
