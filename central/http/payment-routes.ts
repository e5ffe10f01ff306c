import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { cityPaymentListSchema } from '../../shared/contracts/http-central.ts';
import { nameSchema } from '../../shared/contracts/primitives.ts';
import type { HttpContext } from '../context.ts';
import { listPayments } from '../ledger/ledger-store.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { cursorText, parseCursor, paymentView } from './payment-view.ts';
import { refuse } from './problem.ts';

const MAX_LIMIT = 500;
const KEEP_ALIVE_MS = 15_000;

export const paymentListRoute = createRoute({
  method: 'get',
  path: '/api/payments',
  summary: 'Payments, newest first. Nobody is named',
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
      street: nameSchema.optional(),
      after: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'nextCursor of the page before' }),
    }),
  },
  responses: { ...jsonAnswer(cityPaymentListSchema), ...problemAnswers(400) },
});

export const paymentStreamRoute = createRoute({
  method: 'get',
  path: '/api/payments/stream',
  summary: 'Payments as they are booked: server-sent events named "payment"',
  request: { query: z.object({ street: nameSchema.optional() }) },
  responses: {
    200: {
      description: 'A stream that does not end',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problemAnswers(400),
  },
});

/** The street's payments: a list by pages, and a live stream. */
export function addPaymentRoutes(app: OpenAPIHono, { database, feed }: HttpContext): void {
  app.openapi(paymentListRoute, async (context) => {
    const { limit, street, after } = context.req.valid('query');
    const cursor = after === undefined ? undefined : parseCursor(after);
    if (after !== undefined && !cursor) return refuse(context, 'invalid_request', 'after');
    const rows = await listPayments(database.db, {
      limit: limit + 1,
      ...(street === undefined ? {} : { streetId: street }),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nextCursor = rows.length > limit && last ? cursorText(last) : null;
    return context.json({ payments: page.map(paymentView), nextCursor }, 200);
  });

  app.openapi(paymentStreamRoute, (context) => {
    const { street } = context.req.valid('query');
    return streamSSE(context, async (stream) => {
      const subscriber = feed.subscribe();
      stream.onAbort(() => feed.unsubscribe(subscriber));
      // headers and first bytes at once: the page knows that it is live
      await stream.write(': live\n\n');
      for (;;) {
        const payments = await subscriber.next(KEEP_ALIVE_MS);
        if (!payments) return;
        if (payments.length === 0) await stream.write(': still here\n\n');
        for (const payment of payments) {
          if (street !== undefined && payment.streetId !== street) continue;
          await stream.writeSSE({
            event: 'payment',
            id: payment.paymentId,
            data: JSON.stringify(payment),
          });
        }
      }
    });
  });
}
