import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  blockedAnswerSchema,
  type WalletView,
  walletLineAnswerSchema,
  walletLineSchema,
  walletSchema,
} from '../../shared/contracts/http-wallets.ts';
import { currencySchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import { freeMinor } from '../../shared/domain/allowance.ts';
import type { HttpContext } from '../context.ts';
import type { Executor } from '../db/database.ts';
import {
  bookLine,
  findBlocked,
  findHoldings,
  findLine,
  findWallet,
  lockWallet,
  type Purse,
} from '../wallet/wallet-store.ts';
import { ExceptionListFullError } from '../wallet/wallets.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const params = z.object({ shopperId: uuidSchema });

export const walletRoute = createRoute({
  method: 'get',
  path: '/api/wallets/{shopperId}',
  summary: 'What a shopper may spend, and what of it each hub holds',
  request: { params, query: z.object({ currency: currencySchema.default('CNY') }) },
  responses: { ...jsonAnswer(walletSchema), ...problemAnswers(400, 404) },
});

export const walletLineRoute = createRoute({
  method: 'post',
  path: '/api/wallets/{shopperId}/lines',
  summary: 'Books what was paid in, or corrects what may be spent',
  request: {
    params,
    body: { required: true, content: { 'application/json': { schema: walletLineSchema } } },
  },
  responses: { ...jsonAnswer(walletLineAnswerSchema), ...problemAnswers(400, 404, 409) },
});

export const blockRoute = createRoute({
  method: 'put',
  path: '/api/exception-list/{shopperId}',
  summary: 'Puts a shopper on the exception list: no hub takes a payment of theirs',
  request: { params },
  responses: { ...jsonAnswer(blockedAnswerSchema), ...problemAnswers(400, 409) },
});

export const unblockRoute = createRoute({
  method: 'delete',
  path: '/api/exception-list/{shopperId}',
  summary: 'Takes a shopper off the exception list',
  request: { params },
  responses: { ...jsonAnswer(blockedAnswerSchema), ...problemAnswers(400) },
});

/** What shoppers may spend, and who may not: for operators only. */
export function addWalletRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, clock } = context;
  app.openapi(walletRoute, async (request) => {
    const purse = { ...request.req.valid('param'), ...request.req.valid('query') };
    const view = await database.snapshot((tx) => walletView(tx, purse));
    return view ? request.json(view, 200) : refuse(request, 'not_found', 'wallet');
  });
  app.openapi(walletLineRoute, async (request) => {
    const { shopperId } = request.req.valid('param');
    const line = { ...request.req.valid('json'), shopperId, bookedAt: new Date(clock.now()) };
    if (line.kind === 'payment_in' && line.amountMinor < 0n) {
      return refuse(request, 'invalid_request', 'amountMinor');
    }
    const booked = await database.transact((tx) => bookOnce(tx, line));
    if (typeof booked === 'string') return refuse(request, booked, 'line');
    return request.json({ booked }, 200);
  });
  app.openapi(blockRoute, async (request) => {
    const isListed = await setBlocked(context, request.req.valid('param').shopperId, true);
    return isListed
      ? request.json({ blocked: true }, 200)
      : refuse(request, 'conflict', 'the list is full');
  });
  app.openapi(unblockRoute, async (request) => {
    await setBlocked(context, request.req.valid('param').shopperId, false);
    return request.json({ blocked: false }, 200);
  });
}

type Line = Parameters<typeof bookLine>[1];

/** Books a line once; the same id with another content is a conflict, as is taking away what hubs hold. */
async function bookOnce(tx: Executor, line: Line): Promise<boolean | 'not_found' | 'conflict'> {
  const wallet = await lockWallet(tx, line);
  if (!wallet) return 'not_found';
  const before = await findLine(tx, line.shopperId, line.lineId);
  if (before) {
    const isSame =
      before.kind === line.kind &&
      before.currency === line.currency &&
      before.amountMinor === line.amountMinor;
    return isSame ? false : 'conflict';
  }
  if (freeMinor(wallet) + line.amountMinor < 0n) return 'conflict';
  return bookLine(tx, line);
}

/** @returns false where the list is full */
async function setBlocked(
  { database, wallets, downlink }: HttpContext,
  shopperId: string,
  blocked: boolean,
): Promise<boolean> {
  try {
    downlink.nudge(await database.transact((tx) => wallets.setBlocked(tx, shopperId, blocked)));
    return true;
  } catch (error) {
    if (error instanceof ExceptionListFullError) return false;
    throw error;
  }
}

async function walletView(tx: Executor, purse: Purse): Promise<WalletView | undefined> {
  const wallet = await findWallet(tx, purse);
  if (!wallet) return undefined;
  const holdings = await findHoldings(tx, purse);
  const { shopperId, currency } = purse;
  return {
    shopperId,
    currency,
    fundedMinor: wallet.fundedMinor.toString(),
    escrowedMinor: wallet.escrowedMinor.toString(),
    freeMinor: freeMinor(wallet).toString(),
    closedAt: wallet.closedAt?.toISOString() ?? null,
    blocked: (await findBlocked(tx, [shopperId])).has(shopperId),
    holdings: holdings.map(({ hubId, grantedMinor, returnedMinor }) => ({
      hubId,
      grantedMinor: grantedMinor.toString(),
      returnedMinor: returnedMinor.toString(),
    })),
  };
}
