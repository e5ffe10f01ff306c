import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { AlipaySettings } from '../../central/funding/alipay-funding.ts';

const APP_ID = '2021000000000001';
const bizSchema = z.object({
  out_trade_no: z.string(),
  total_amount: z.string().optional(),
  auth_code: z.string().optional(),
  refund_amount: z.string().optional(),
  out_request_no: z.string().optional(),
});
type Biz = z.infer<typeof bizSchema>;

/**
 * - `hang`: does its work and never answers
 * - `drop`: does nothing and never answers
 * - `unknown`: does its work and says that it does not know
 * - `forged`: does its work and signs the answer with another key
 * - `other`: answers of another order, well signed
 * - `refuse`: says no
 * - `ask`: the shopper has to say yes on their phone (`confirm`)
 */
export type Mood = 'hang' | 'drop' | 'unknown' | 'forged' | 'other' | 'refuse' | 'ask';

interface Trade {
  readonly total: string;
  status: 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_CLOSED';
  readonly refunds: Map<string, string>;
}

/**
 * A gateway that does what Alipay's does for payments by code, on a port of this machine: it checks the RSA2 signature of
 * every request by the app's public key, keeps trades by their order number, and signs its answers.
 */
export class AlipayGateway {
  readonly settings: AlipaySettings;
  /** Every request that was well signed. */
  readonly asked: { readonly method: string; readonly biz: Biz }[] = [];
  /** How many were not. */
  forgeries = 0;
  private readonly trades = new Map<string, Trade>();
  private readonly moods: { readonly method: string; readonly mood: Mood }[] = [];
  private readonly keys = newKeys();
  private readonly strangers = newKeys();
  private readonly app = newKeys();
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.settings = {
      appId: APP_ID,
      privateKey: this.app.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      alipayPublicKey: this.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      gateway: `http://127.0.0.1:${port}/gateway.do`,
      timeoutMs: 300,
    };
  }

  static async start(): Promise<AlipayGateway> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const gateway = new AlipayGateway(server, port);
    server.on('request', (request, response) => void gateway.take(request, response));
    return gateway;
  }

  /** The next call of this method goes like this; asked for several times, the next ones. */
  next(method: string, ...moods: readonly Mood[]): void {
    this.moods.push(...moods.map((mood) => ({ method: `alipay.trade.${method}`, mood })));
  }

  /** How many calls are still to go otherwise than well. */
  get planned(): number {
    return this.moods.length;
  }

  /** The shopper says yes. */
  confirm(orderNo: string): void {
    const trade = this.trades.get(orderNo);
    if (trade?.status === 'WAIT_BUYER_PAY') trade.status = 'TRADE_SUCCESS';
  }

  /** What Alipay has of the shopper's in all, in fen. */
  held(): number {
    const open = [...this.trades.values()].filter(({ status }) => status === 'TRADE_SUCCESS');
    const sums = open.map(({ total, refunds }) => fen(total) - refunded(refunds));
    return sums.reduce((sum, each) => sum + each, 0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const url = new URL(request.url ?? '', 'http://gateway');
    const body = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
    const fields = Object.fromEntries([...url.searchParams, ...body]);
    const method = fields['method'] ?? '';
    if (!this.isGenuine(fields)) {
      this.forgeries += 1;
      const refusal = { code: '40002', sub_code: 'isv.invalid-signature' };
      response.end(answerOf(method, refusal, this.keys));
      return;
    }
    const biz = bizSchema.parse(JSON.parse(fields['biz_content'] ?? ''));
    this.asked.push({ method, biz });
    const index = this.moods.findIndex((each) => each.method === method);
    const mood = index < 0 ? undefined : this.moods.splice(index, 1)[0]?.mood;
    if (mood === 'drop') return;
    const said =
      mood === 'refuse'
        ? { code: '40004', sub_code: 'ACQ.BUYER_BALANCE_NOT_ENOUGH' }
        : this.work(method, biz, mood === 'ask');
    if (mood === 'hang') return;
    const told = mood === 'unknown' ? { code: '20000' } : said;
    const named = mood === 'other' ? { ...told, out_trade_no: 'another' } : told;
    response.end(answerOf(method, named, mood === 'forged' ? this.strangers : this.keys));
  }

  /** All fields but the signature, sorted, as `key=value` joined by `&`. */
  private isGenuine({ sign = '', ...fields }: Record<string, string>): boolean {
    const text = Object.keys(fields)
      .toSorted()
      .map((key) => `${key}=${fields[key]}`)
      .join('&');
    const isKnown = fields['app_id'] === APP_ID && fields['sign_type'] === 'RSA2';
    const verifier = createVerify('RSA-SHA256').update(text, 'utf8');
    return isKnown && verifier.verify(this.app.publicKey, sign, 'base64');
  }

  private work(method: string, biz: Biz, isToAsk: boolean): Record<string, string> {
    const { out_trade_no: orderNo } = biz;
    const trade = this.trades.get(orderNo);
    const names = { out_trade_no: orderNo, trade_no: `2026${orderNo.slice(0, 24)}` };
    if (method === 'alipay.trade.pay') return this.pay(biz, names, isToAsk);
    if (method === 'alipay.trade.cancel') {
      const isPaid = trade?.status === 'TRADE_SUCCESS';
      // a number that was called off cannot be paid any more
      if (trade) trade.status = 'TRADE_CLOSED';
      else this.trades.set(orderNo, { total: '0.00', status: 'TRADE_CLOSED', refunds: new Map() });
      return { code: '10000', ...names, retry_flag: 'N', action: isPaid ? 'refund' : 'close' };
    }
    if (!trade) return { code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' };
    if (method === 'alipay.trade.query') {
      return { code: '10000', ...names, trade_status: trade.status, total_amount: trade.total };
    }
    return refund(trade, { method, biz, names });
  }

  private pay(biz: Biz, names: Record<string, string>, isToAsk: boolean): Record<string, string> {
    const { out_trade_no: orderNo, total_amount: total = '' } = biz;
    const known = this.trades.get(orderNo);
    if (known?.status === 'TRADE_SUCCESS') {
      return { code: '40004', sub_code: 'ACQ.TRADE_HAS_SUCCESS' };
    }
    if (known) return { code: '40004', sub_code: 'ACQ.TRADE_HAS_CLOSE' };
    const status = isToAsk ? 'WAIT_BUYER_PAY' : 'TRADE_SUCCESS';
    this.trades.set(orderNo, { total, status, refunds: new Map() });
    if (isToAsk) return { code: '10003', ...names };
    return { code: '10000', ...names, total_amount: total, buyer_logon_id: '159****5620' };
  }
}

/** As Alipay writes it: the answer's text is what is signed. */
function answerOf(
  method: string,
  said: Readonly<Record<string, string>>,
  { privateKey }: ReturnType<typeof newKeys>,
): string {
  const text = JSON.stringify({ msg: 'said by the gateway', ...said });
  const sign = createSign('RSA-SHA256').update(text, 'utf8').sign(privateKey, 'base64');
  return `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${sign}"}`;
}

/** `alipay.trade.refund` and the question after one. */
function refund(
  trade: Trade,
  { method, biz, names }: { method: string; biz: Biz; names: Record<string, string> },
): Record<string, string> {
  const { out_request_no: returnNo = '', refund_amount: amount = '' } = biz;
  const before = trade.refunds.get(returnNo);
  if (method === 'alipay.trade.fastpay.refund.query') {
    if (before === undefined) return { code: '10000', ...names };
    const status = { refund_status: 'REFUND_SUCCESS', refund_amount: before };
    return { code: '10000', ...names, out_request_no: returnNo, ...status };
  }
  if (before !== undefined) return { code: '10000', ...names, fund_change: 'N' };
  if (refunded(trade.refunds) + fen(amount) > fen(trade.total)) {
    return { code: '40004', sub_code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' };
  }
  trade.refunds.set(returnNo, amount);
  return { code: '10000', ...names, fund_change: 'Y', refund_fee: amount };
}

function refunded(refunds: ReadonlyMap<string, string>): number {
  return [...refunds.values()].reduce((sum, amount) => sum + fen(amount), 0);
}

function fen(yuan: string): number {
  return Math.round(Number(yuan) * 100);
}

function newKeys() {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}
