import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { streamSSE } from 'hono/streaming';
import { consentSchema } from '../../shared/contracts/hub-events.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { DecisionFeed } from '../decision-feed.ts';
import type { LinkState } from '../downlink/downlink.ts';
import type { DirectoryStore } from '../enrolment/directory-store.ts';
import type { EnrolmentService } from '../enrolment/enrolment-service.ts';
import type { ShopperStore } from '../enrolment/shopper-store.ts';
import type { Street } from '../identity.ts';
import type { LedgerStore } from '../ledger/ledger-store.ts';
import type { HubMetrics } from '../metrics.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { ReceiptDesk } from '../payment/receipt-desk.ts';
import type { CalibrationState } from '../recognition/calibration.ts';
import type { Terminal, TerminalRegistry } from '../terminals/terminal-registry.ts';
import { MAX_ENROLMENT_BYTES, readEnrolmentForm } from './enrolment-form.ts';
import { hubOpenApiDocument } from './openapi-document.ts';
import type { OperatorAccess } from './operator-access.ts';
import { servePages } from './pages.ts';
import { ProblemError, problem } from './problem.ts';
import * as routes from './routes.ts';

export interface AppParts {
  readonly street: Street;
  readonly packId: string;
  readonly access: OperatorAccess;
  readonly registry: TerminalRegistry;
  readonly enrolment: EnrolmentService;
  readonly shoppers: ShopperStore;
  readonly directory: DirectoryStore;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly audit: AuditStore;
  readonly receipts: ReceiptDesk;
  readonly feed: DecisionFeed;
  readonly metrics: HubMetrics;
  /** What only the running hub knows. */
  readonly live: {
    readonly gallerySize: () => number;
    readonly templates: () => { keyId: string; toRenew: number };
    /** The model pack before, and how many people still have a template of it; null where none is set. */
    readonly formerPack: () => { packId: string; people: number } | null;
    readonly calibration: () => CalibrationState;
    readonly queue: () => { depth: number; capacity: number };
    readonly link: () => LinkState;
    readonly isConnected: (terminalId: string) => boolean;
  };
  readonly webDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_JSON_BYTES = 64 * 1024;
/** Guesses at pairing codes, for all callers together. */
const PAIRING_TRIES = { perSecond: 10 / 60, burst: 10 };
/** Looks at receipts, for all callers together: a check of 40 bits is not for guessing. */
const RECEIPT_CHECKS = { perSecond: 2, burst: 30 };
const SSE_KEEPALIVE_MS = 15_000;

/** The hub's HTTP side: API, metrics and pages. */
export function createApp(parts: AppParts): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return undefined;
      const fields = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
      return problem('malformed_request', fields.slice(0, 5).join('; '));
    },
  });
  app.onError((error) => {
    if (error instanceof ProblemError) return problem(error.code);
    if (error instanceof HTTPException) return problem('malformed_request');
    parts.logger.error({ module: 'http', err: error }, 'a call failed');
    return problem('internal_fault');
  });
  app.notFound(() => problem('unknown_path'));
  limitBodies(app);
  guardOperatorPaths(app, parts);
  addOpenRoutes(app, parts);
  addDecisionRoutes(app, parts);
  addTerminalRoutes(app, parts);
  addShopperRoutes(app, parts);
  addLedgerRoutes(app, parts);
  servePages(app, parts.webDir);
  return app;
}

function limitBodies(app: OpenAPIHono): void {
  const small = bodyLimit({ maxSize: MAX_JSON_BYTES, onError: bodyTooLarge });
  const photos = bodyLimit({ maxSize: MAX_ENROLMENT_BYTES, onError: bodyTooLarge });
  const enrolments = routes.enrolRoute.getRoutingPath();
  app.use('/api/*', async (c: Context<Env, string>, next) =>
    c.req.path === enrolments ? photos(c, next) : small(c, next),
  );
}

function bodyTooLarge(): Response {
  return problem('body_too_large');
}

/** Every route that asks for the operator in its description is guarded; the rest is open. */
function guardOperatorPaths(app: OpenAPIHono, { access }: AppParts): void {
  for (const route of routes.HUB_ROUTES) {
    if (!('security' in route)) continue;
    app.on(route.method.toUpperCase(), route.getRoutingPath(), access.middleware);
  }
  app.get('/console/login', (c) => {
    if (!access.signIn(c, c.req.query('token') ?? '')) return problem('not_signed_in');
    return c.redirect('/console/', 303);
  });
}

function addOpenRoutes(app: OpenAPIHono, parts: AppParts): void {
  const { street, packId, live, outbox, directory, metrics, clock } = parts;
  const startedAtMs = clock.monotonic();
  app.openapi(routes.statusRoute, (c) => {
    const { lastSeq, pending } = outbox.state();
    return c.json(
      {
        ...street,
        gallery: { size: live.gallerySize(), packId },
        templates: live.templates(),
        formerPack: live.formerPack(),
        calibration: calibrationView(live.calibration()),
        queue: live.queue(),
        link: live.link(),
        outbox: { pending, lastSeq, published: lastSeq - pending },
        uptimeMs: Math.round(clock.monotonic() - startedAtMs),
      },
      200,
    );
  });
  app.openapi(routes.healthRoute, (c) => c.json({ ok: true as const }, 200));
  app.openapi(routes.directoryRoute, (c) => {
    const others = directory.hubs().filter((hub) => hub.hubId !== street.hubId);
    const hubs = [street, ...others].map(({ hubId, streetId, streetName }) => ({
      hubId,
      streetId,
      streetName,
    }));
    return c.json({ hubs }, 200);
  });
  const looks = new RateLimiter(RECEIPT_CHECKS, clock);
  app.openapi(routes.receiptRoute, (c) => {
    if (!looks.take('receipts')) throw new ProblemError('rate_limited');
    const receipt = parts.receipts.check(c.req.valid('param').reference);
    if (!receipt) throw new ProblemError('receipt_unknown');
    return c.json(receipt, 200);
  });
  app.get('/metrics', async (c) => {
    const text = await metrics.registry.metrics();
    return c.body(text, 200, { 'content-type': metrics.registry.contentType });
  });
  const document = hubOpenApiDocument();
  app.get('/openapi.json', (c) => c.json(document));
}

function addDecisionRoutes(app: OpenAPIHono, { feed }: AppParts): void {
  app.openapi(routes.decisionsRoute, (c) => {
    const { limit } = c.req.valid('query');
    return c.json({ decisions: [...feed.latest(limit)] }, 200);
  });
  app.get(routes.decisionStreamRoute.getRoutingPath(), (c) =>
    streamSSE(c, async (stream) => {
      const end = feed.subscribe((decision) => {
        void stream.writeSSE({
          event: 'decision',
          id: decision.id,
          data: JSON.stringify(decision),
        });
      });
      stream.onAbort(end);
      while (!stream.aborted && !stream.closed) {
        await stream.write(': here\n\n');
        await stream.sleep(SSE_KEEPALIVE_MS);
      }
      end();
    }),
  );
}

function addTerminalRoutes(app: OpenAPIHono, parts: AppParts): void {
  const { registry, live, clock } = parts;
  const tries = new RateLimiter(PAIRING_TRIES, clock);
  const shown = (terminal: Terminal) => {
    const { publicKey: _, access: __, ...rest } = terminal;
    return { ...rest, online: live.isConnected(terminal.terminalId) };
  };
  app.openapi(routes.terminalsRoute, (c) => c.json({ terminals: registry.all().map(shown) }, 200));
  app.openapi(routes.registerTerminalRoute, (c) => {
    const { certificatePem, publicKeyPem, depth, infrared = false, ...shop } = c.req.valid('json');
    const byCertificate = certificatePem !== undefined;
    if (byCertificate === (publicKeyPem !== undefined)) throw new ProblemError('malformed_request');
    if (infrared && !depth) throw new ProblemError('malformed_request');
    const registered = byCertificate
      ? registry.registerByCertificate(shop, certificatePem, { depth, infrared })
      : registry.registerByKey(shop, publicKeyPem ?? '', { depth, infrared });
    if (!registered.ok) throw new ProblemError(registered.error);
    return c.json(shown(registered.value), 201);
  });
  app.openapi(routes.revokeTerminalRoute, (c) => {
    const { terminalId } = c.req.valid('param');
    if (!registry.revoke(terminalId)) throw new ProblemError('terminal_unknown');
    const terminal = registry.find(terminalId);
    assert(terminal, 'a revoked terminal is still known');
    return c.json({ ...shown(terminal), online: false }, 200);
  });
  app.openapi(routes.createPairingRoute, (c) =>
    c.json(registry.createPairingCode(c.req.valid('json')), 201),
  );
  app.openapi(routes.usePairingRoute, (c) => {
    if (!tries.take('pairing')) throw new ProblemError('rate_limited');
    const { code, publicKeySpki } = c.req.valid('json');
    const paired = registry.pair(code, Buffer.from(publicKeySpki, 'base64'));
    if (!paired.ok) throw new ProblemError(paired.error);
    return c.json({ terminalId: paired.value.terminalId }, 201);
  });
}

function addShopperRoutes(app: OpenAPIHono, parts: AppParts): void {
  const { enrolment, shoppers } = parts;
  // read by hand: the validator would take a single photo for no list
  app.post(routes.enrolRoute.getRoutingPath(), async (c) => {
    const form = await c.req.formData().catch(() => undefined);
    if (!form) return problem('malformed_request', 'multipart/form-data');
    const request = await readEnrolmentForm(form);
    if (!request.ok) return problem('malformed_request', request.error);
    const enrolled = await enrolment.enrol(request.value);
    return enrolled.ok ? c.json(enrolled.value, 201) : problem(enrolled.error);
  });
  app.openapi(routes.shoppersRoute, (c) => {
    const people = shoppers.list().map(({ shopperId, packIds, consentJson }) => {
      const consent = consentSchema.parse(JSON.parse(consentJson));
      return { shopperId, packIds, consent };
    });
    return c.json({ shoppers: people }, 200);
  });
  app.openapi(routes.eraseRoute, async (c) => {
    const { shopperId } = c.req.valid('param');
    if (!(await enrolment.erase(shopperId))) throw new ProblemError('shopper_unknown');
    return c.json({ shopperId, erased: true as const }, 200);
  });
}

function addLedgerRoutes(app: OpenAPIHono, { ledger, outbox, audit }: AppParts): void {
  app.openapi(routes.ledgerSummaryRoute, (c) => {
    const summary = ledger.summary();
    const { lastSeq, lastHash } = outbox.state();
    return c.json(
      {
        ...summary,
        sumMinor: summary.sumMinor.toString(),
        refundedMinor: summary.refundedMinor.toString(),
        reversedMinor: summary.reversedMinor.toString(),
        chain: { lastSeq, lastHash },
      },
      200,
    );
  });
  app.openapi(routes.paymentsRoute, (c) => {
    const payments = ledger.captured(c.req.valid('query').limit).map((payment) => ({
      ...payment,
      amountMinor: payment.amountMinor.toString(),
      refundedMinor: payment.refundedMinor.toString(),
    }));
    return c.json({ payments }, 200);
  });
  app.openapi(routes.auditRoute, (c) =>
    c.json({ entries: audit.latest(c.req.valid('query').limit) }, 200),
  );
}

/** Thresholds to four digits; the number of people is said elsewhere. */
function calibrationView({ promisedFpir, promisableFpir, thresholds, warning }: CalibrationState) {
  const { sure, likely, floor, margin } = thresholds;
  return {
    promisedFpir,
    promisableFpir,
    thresholds: { sure: rounded(sure), likely: rounded(likely), floor: rounded(floor), margin },
    warning,
  };
}

function rounded(score: number): number {
  return Math.round(score * 1e4) / 1e4;
}
