import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type BureauWeek,
  bureauMapSchema,
  bureauReportListSchema,
  bureauSeriesSchema,
  bureauWeekSchema,
  reportPeriodSchema,
} from '../../shared/contracts/http-bureau.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import { tradeSchema } from '../../shared/contracts/trades.ts';
import type { HttpContext } from '../context.ts';
import { findWeek, readStreetNames, readSums, writeTrade } from '../insight/bureau/bureau-store.ts';
import { readStreetMap } from '../insight/bureau/street-map.ts';
import { weekCsv, weekXlsx } from '../insight/bureau/week-files.ts';
import { seriesOf } from '../insight/bureau/week-series.ts';
import { findReport, listReports } from '../insight/report/report-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** A year, and the season before it. */
const SERIES_WEEKS = 60;
const SHOWN_REPORTS = 200;
const request = { params: z.object({ week: z.iso.date() }) };
const fileAnswer = (type: 'text/csv' | typeof XLSX) => ({
  200: { description: 'The file', content: { [type]: { schema: z.string() } } },
});

export const bureauSeriesRoute = createRoute({
  method: 'get',
  path: '/api/bureau/series',
  summary:
    'How the city, its streets and trades went week by week, on an index; the tourist season against ordinary weeks',
  responses: jsonAnswer(bureauSeriesSchema),
});

export const bureauWeekRoute = createRoute({
  method: 'get',
  path: '/api/bureau/weeks/{week}',
  summary:
    'A week of the city: streets, trades, three hours of weekdays, flows, terminals and outages; protected',
  request,
  responses: { ...jsonAnswer(bureauWeekSchema), ...problemAnswers(400, 404) },
});

export const bureauWeekCsvRoute = createRoute({
  method: 'get',
  path: '/api/bureau/weeks/{week}/export.csv',
  summary: 'The week as CSV',
  request,
  responses: { ...fileAnswer('text/csv'), ...problemAnswers(400, 404) },
});

export const bureauWeekXlsxRoute = createRoute({
  method: 'get',
  path: '/api/bureau/weeks/{week}/export.xlsx',
  summary: 'The week as a workbook',
  request,
  responses: { ...fileAnswer(XLSX), ...problemAnswers(400, 404) },
});

export const bureauMapRoute = createRoute({
  method: 'get',
  path: '/api/bureau/map',
  summary: 'Where streets are; nowhere, until the operator has given a map',
  responses: jsonAnswer(bureauMapSchema),
});

export const bureauReportsRoute = createRoute({
  method: 'get',
  path: '/api/bureau/reports',
  summary: 'Reports of weeks and months, the newest first; each is made once',
  responses: jsonAnswer(bureauReportListSchema),
});

export const bureauReportRoute = createRoute({
  method: 'get',
  path: '/api/bureau/reports/{kind}/{period}',
  summary: 'A report as PDF; a week is called by its Monday, a month as 2026-11',
  request: { params: z.object({ kind: z.enum(['week', 'month']), period: z.string().max(10) }) },
  responses: {
    200: {
      description: 'The report',
      content: { 'application/pdf': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemAnswers(400, 404),
  },
});

export const merchantTradeRoute = createRoute({
  method: 'put',
  path: '/api/merchants/{merchantId}/trade',
  summary: 'Says what a merchant deals in, for weeks that are not released yet',
  request: {
    params: z.object({ merchantId: nameSchema }),
    ...jsonBody(z.strictObject({ trade: tradeSchema })),
  },
  responses: { ...jsonAnswer(z.object({ trade: tradeSchema })), ...problemAnswers(400) },
});

export const BUREAU_ROUTES = [
  bureauSeriesRoute,
  bureauWeekRoute,
  bureauWeekCsvRoute,
  bureauWeekXlsxRoute,
  bureauMapRoute,
  bureauReportsRoute,
  bureauReportRoute,
  merchantTradeRoute,
];

/** What the commerce bureau sees. */
export function addBureauRoutes(app: OpenAPIHono, { database, settings }: HttpContext): void {
  const weekOf = async (asked: Context, week: string): Promise<BureauWeek> =>
    (await findWeek(database.db, week)) ?? refuse(asked, 'not_found');

  app.openapi(bureauSeriesRoute, async (asked) => {
    const series = seriesOf(await readSums(database.db, SERIES_WEEKS));
    return asked.json({ ...series, streets: await readStreetNames(database.db) }, 200);
  });

  app.openapi(bureauWeekRoute, async (asked) =>
    asked.json(await weekOf(asked, asked.req.valid('param').week), 200),
  );

  app.openapi(bureauWeekCsvRoute, async (asked) => {
    const { week } = asked.req.valid('param');
    const text = weekCsv(await weekOf(asked, week));
    return asked.body(text, 200, fileHeaders(week, 'csv', 'text/csv'));
  });

  app.openapi(bureauWeekXlsxRoute, async (asked) => {
    const { week } = asked.req.valid('param');
    const bytes = new Uint8Array(await weekXlsx(await weekOf(asked, week)));
    return asked.body(bytes, 200, fileHeaders(week, 'xlsx', XLSX));
  });

  app.openapi(bureauMapRoute, async (asked) =>
    asked.json(await readStreetMap(settings.dataDir), 200),
  );

  app.openapi(bureauReportsRoute, async (asked) =>
    asked.json({ reports: await listReports(database.db, SHOWN_REPORTS) }, 200),
  );

  app.openapi(bureauReportRoute, async (asked) => {
    const period = reportPeriodSchema.safeParse(asked.req.valid('param'));
    const pdf = period.success ? await findReport(database.db, period.data) : undefined;
    if (!pdf || !period.success) return refuse(asked, 'not_found', 'report');
    const { period: name } = period.data;
    return asked.body(pdf, 200, fileHeaders(name, 'pdf', 'application/pdf'));
  });

  app.openapi(merchantTradeRoute, async (asked) => {
    const { merchantId } = asked.req.valid('param');
    const { trade } = asked.req.valid('json');
    await database.transact((tx) => writeTrade(tx, merchantId, trade));
    return asked.json({ trade }, 200);
  });
}

function fileHeaders(week: string, ending: string, type: string) {
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="wuma-${week}.${ending}"`,
  };
}
