import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { currencySchema, nameSchema } from '../../shared/contracts/primitives.ts';
import {
  exceptionDetailSchema,
  exceptionListSchema,
  exceptionSchema,
  type LedgerEntryPage,
  ledgerEntryPageSchema,
  listedExceptionSchema,
  recordedSchema,
  reportDifferencesSchema,
} from '../../shared/contracts/reconciliation.ts';
import type { HttpContext } from '../context.ts';
import { reconciliationExceptions } from '../db/schema.ts';
import { listHubs } from '../enrolment/hub-store.ts';
import { readEpochs } from '../intake/epoch-store.ts';
import {
  type ExceptionRow,
  findException,
  lastRuns,
  listExceptions,
  recordDifferences,
} from '../reconciliation/exception-store.ts';
import { sidesNow } from '../reconciliation/sides-now.ts';
import { readBooked, readInbox, readPutAside } from '../verification/book-reader-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { closeByCaller, exceptionQuerySchema, resolveRouteOf } from './exception-queue.ts';
import { refuse } from './problem.ts';

const MAX_PAGE = 5_000;

export const entriesRoute = createRoute({
  method: 'get',
  path: '/api/ledger/entries',
  summary: 'A hub’s chain as central has it, with what is booked of each event',
  request: {
    query: z.object({
      hub: nameSchema,
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(1_000),
    }),
  },
  responses: { ...jsonAnswer(ledgerEntryPageSchema), ...problemAnswers(400) },
});

export const exceptionsRoute = createRoute({
  method: 'get',
  path: '/api/reconciliation/exceptions',
  summary: 'Differences between books that wait to be worked off, newest first',
  request: { query: exceptionQuerySchema },
  responses: { ...jsonAnswer(exceptionListSchema), ...problemAnswers(400) },
});

export const exceptionRoute = createRoute({
  method: 'get',
  path: '/api/reconciliation/exceptions/{exceptionId}',
  summary: 'A difference: what each book said when it was found, and what central has there now',
  request: { params: z.object({ exceptionId: z.coerce.number().int().min(1) }) },
  responses: { ...jsonAnswer(exceptionDetailSchema), ...problemAnswers(400, 404, 503) },
});

export const reportRoute = createRoute({
  method: 'post',
  path: '/api/reconciliation/exceptions',
  summary: 'Puts differences into the queue; what is open already is seen once more',
  request: jsonBody(reportDifferencesSchema),
  responses: { ...jsonAnswer(recordedSchema), ...problemAnswers(400, 404) },
});

export const resolveRoute = resolveRouteOf('/api/reconciliation/exceptions');

export const runRoute = createRoute({
  method: 'post',
  path: '/api/reconciliation/runs',
  summary: 'Walks the books of all hubs now, as every night',
  responses: jsonAnswer(recordedSchema),
});

/** Differences between books: what they are found by, and the queue in which they wait. */
export function addReconciliationRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, clock, reconciler } = context;

  app.openapi(entriesRoute, async (request) => {
    const { hub, after, limit } = request.req.valid('query');
    const page = await database.snapshot((tx) => entryPage(tx, hub, { afterSeq: after, limit }));
    return request.json(page, 200);
  });
  app.openapi(exceptionsRoute, async (request) => {
    const { state, limit } = request.req.valid('query');
    const rows = await listExceptions(database.db, { state, limit });
    const runs = await lastRuns(database.db);
    return request.json(
      {
        exceptions: rows.map((row) => listedExceptionSchema.parse(told(row))),
        runs: runs.map((run) => ({ ...run, runAt: run.runAt.toISOString() })),
      },
      200,
    );
  });
  app.openapi(exceptionRoute, async (request) => {
    const { exceptionId } = request.req.valid('param');
    const detail = await database.snapshot(async (tx) => {
      const row = await findException(tx, exceptionId);
      if (!row) return undefined;
      const exception = exceptionSchema.safeParse(told(row));
      if (!exception.success) return refuse(request, 'unavailable', 'of another version');
      const { hubId, seq } = row;
      const place = seq === null ? { now: [], putAside: null } : await sidesNow(tx, { hubId, seq });
      return { ...exception.data, ...place };
    });
    return detail ? request.json(detail, 200) : refuse(request, 'not_found', 'exception');
  });
  app.openapi(reportRoute, async (request) => {
    const { hubId, differences } = request.req.valid('json');
    const isKnown = (await listHubs(database.db)).some((hub) => hub.hubId === hubId);
    if (!isKnown) return refuse(request, 'not_found', 'hub');
    const at = new Date(clock.now());
    const found = { hubId, source: 'command' as const, differences, at };
    await database.transact((tx) => recordDifferences(tx, found));
    return request.json({ recorded: differences.length }, 200);
  });
  app.openapi(resolveRoute, async (request) => {
    const { exceptionId } = request.req.valid('param');
    const { note } = request.req.valid('json');
    const queue = reconciliationExceptions;
    const action = 'difference.resolve';
    const closed = await closeByCaller(request, context, { queue, exceptionId, note, action });
    if (!closed) return refuse(request, 'not_found', 'open exception');
    return request.json({ recorded: 1 }, 200);
  });
  app.openapi(runRoute, async (request) =>
    request.json({ recorded: await reconciler.runAll() }, 200),
  );
}

async function entryPage(
  tx: Parameters<typeof readInbox>[0],
  hubId: string,
  page: { readonly afterSeq: number; readonly limit: number },
): Promise<LedgerEntryPage> {
  const rows = await readInbox(tx, hubId, { ...page, limit: page.limit + 1 });
  const shown = rows.slice(0, page.limit);
  const range = { fromSeq: page.afterSeq + 1, toSeq: shown.at(-1)?.seq ?? page.afterSeq };
  const booked = new Map((await readBooked(tx, hubId, range)).map((row) => [row.seq, row]));
  const aside = await readPutAside(tx, hubId);
  const epochs = await readEpochs(tx, hubId);
  const entries = shown.map(({ seq: place, hash }) => {
    const row = booked.get(place);
    const event = {
      place,
      seq: epochs.hubSeqOf(place),
      hash,
      carried: !epochs.isInForce(place),
      putAside: aside.get(place) ?? null,
    };
    if (!row) return { ...event, booked: null };
    const { kind, paymentId } = row;
    const amountMinor = row.amountMinor.toString();
    const currency = currencySchema.parse(row.currency);
    return { ...event, booked: { kind, paymentId, amountMinor, currency } };
  });
  return { entries, more: rows.length > shown.length };
}

/** A row with its moments as text; another version may have written what the contract has no word for. */
function told(row: ExceptionRow): unknown {
  return {
    ...row,
    foundAt: row.foundAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
  };
}
