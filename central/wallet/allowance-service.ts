import type { z } from 'zod';
import {
  type AllowanceAnswerData,
  allowanceAskSchema,
  type allowanceErrorSchema,
} from '../../shared/contracts/allowance-messages.ts';
import { ALLOWANCE_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { hubOfAllowanceAsk, subjects } from '../../shared/contracts/subjects.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { LinkMessage, MessageLink } from '../../shared/kernel/message-link.ts';
import type { OpenDatabase } from '../db/database.ts';
import type { DownlinkService } from '../downlink/downlink-service.ts';
import { isHub } from '../enrolment/hub-store.ts';
import type { CentralEvents } from '../events.ts';
import { hasEvent } from '../intake/intake-store.ts';
import type { Reclaim, Wallets } from './wallets.ts';

type AllowanceErrorCode = z.infer<typeof allowanceErrorSchema>['error'];
type Ask = z.output<typeof allowanceAskSchema>;

const SUPPORTED_VERSIONS: readonly number[] = ALLOWANCE_VERSIONS;
/** A hub that was asked to return something is not asked again at once. */
const RECLAIM_PAUSE_MS = 2_000;
const MAX_REMEMBERED = 10_000;
/** The hub asks again in a moment. */
const NOTHING_YET = { grants: [], reclaims: [] };

export interface AllowanceParts {
  readonly nats: Pick<MessageLink, 'subscribe'>;
  readonly database: OpenDatabase;
  readonly wallets: Wallets;
  readonly downlink: Pick<DownlinkService, 'nudge'>;
  readonly clock: Clock;
  readonly events: CentralEvents;
}

/** Answers hubs that ask for more of shoppers' money. A shopper stands and waits: nothing but the answer comes before it. */
export class AllowanceService implements Stoppable {
  readonly name = 'allowances';
  private readonly parts: AllowanceParts;
  private readonly reclaimedAt = new Map<string, number>();
  private readonly running = new Set<Promise<void>>();
  private subscription: ReturnType<MessageLink['subscribe']> | undefined;

  constructor(parts: AllowanceParts) {
    this.parts = parts;
  }

  start(): void {
    // one queue for all central processes: a question is answered once
    this.subscription = this.parts.nats.subscribe(subjects.anyAllowanceAsk, {
      queue: 'allowances',
      callback: (error, message) => {
        if (!error) this.take(message);
      },
    });
  }

  async stop(): Promise<void> {
    this.subscription?.unsubscribe();
    await Promise.all(this.running);
  }

  private take(message: LinkMessage): void {
    const answering = this.answerOrRefuse(message).finally(() => this.running.delete(answering));
    this.running.add(answering);
  }

  private async answerOrRefuse(message: LinkMessage): Promise<void> {
    const hubId = hubOfAllowanceAsk(message.subject) ?? '';
    try {
      const ask = readAsk(message);
      if (typeof ask === 'string') {
        this.refuse(message, hubId, ask);
        return;
      }
      await this.answer(message, hubId, ask);
    } catch (error) {
      this.parts.events.allowanceFailed(hubId, error);
      message.respond(errorAnswer('unavailable'));
    }
  }

  private async answer(
    message: LinkMessage,
    hubId: string,
    { asks, openedBy }: Ask,
  ): Promise<void> {
    const { database, wallets } = this.parts;
    const answered = await database.transact(async (tx) => {
      if (!(await isHub(tx, hubId))) return undefined;
      const isBooked = openedBy === undefined || (await hasEvent(tx, hubId, openedBy));
      return isBooked ? wallets.answer(tx, hubId, asks) : NOTHING_YET;
    });
    if (!answered) {
      this.refuse(message, hubId, 'unknown_hub');
      return;
    }
    const answer: AllowanceAnswerData = { grants: answered.grants };
    message.respond(JSON.stringify(answer));
    this.parts.events.allowancesAnswered(hubId);
    await this.reclaim(answered.reclaims);
  }

  private async reclaim(reclaims: readonly Reclaim[]): Promise<void> {
    const { database, wallets, downlink } = this.parts;
    const due = reclaims
      .map((each) => ({
        ...each,
        hubIds: each.hubIds.filter((hubId) => this.isDue(`${hubId} ${each.shopperId}`)),
      }))
      .filter(({ hubIds }) => hubIds.length > 0);
    if (due.length === 0) return;
    await database.transact((tx) => wallets.reclaim(tx, due));
    downlink.nudge(new Set(due.flatMap(({ hubIds }) => hubIds)));
  }

  private isDue(key: string): boolean {
    const now = this.parts.clock.monotonic();
    if (now - (this.reclaimedAt.get(key) ?? -Infinity) < RECLAIM_PAUSE_MS) return false;
    if (this.reclaimedAt.size >= MAX_REMEMBERED) this.reclaimedAt.clear();
    this.reclaimedAt.set(key, now);
    return true;
  }

  private refuse(message: LinkMessage, hubId: string, code: AllowanceErrorCode): void {
    this.parts.events.allowanceRefused(hubId, code);
    message.respond(errorAnswer(code));
  }
}

function readAsk(message: LinkMessage): Ask | AllowanceErrorCode {
  let json: unknown;
  try {
    json = message.json();
  } catch {
    return 'malformed_message';
  }
  // the version first: another one may ask in another shape
  const version = allowanceAskSchema.pick({ version: true }).safeParse(json);
  if (!version.success) return 'malformed_message';
  if (!SUPPORTED_VERSIONS.includes(version.data.version)) return 'unsupported_version';
  const ask = allowanceAskSchema.safeParse(json);
  return ask.success ? ask.data : 'malformed_message';
}

function errorAnswer(error: AllowanceErrorCode): string {
  const answer: z.infer<typeof allowanceErrorSchema> = {
    error,
    supportedVersions: [...ALLOWANCE_VERSIONS],
  };
  return JSON.stringify(answer);
}
