import { z } from 'zod';
import { downlinkMessageSchema } from '../../shared/contracts/downlink-messages.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AllowanceOrders } from '../allowance/allowance-orders.ts';
import type { CampaignOrders } from '../campaign/campaign-orders.ts';
import type { Transact } from '../db/database.ts';
import type { HubMetrics } from '../metrics.ts';
import type { DownlinkStore } from './downlink-store.ts';
import type { Outcome } from './outcome.ts';
import type { PeopleOrders } from './people-orders.ts';

export interface ApplierParts {
  readonly store: DownlinkStore;
  readonly people: Pick<PeopleOrders, 'replica' | 'phone' | 'erase' | 'directory'>;
  readonly allowances: AllowanceOrders;
  readonly campaigns: CampaignOrders;
  readonly transact: Transact;
  readonly metrics: Pick<HubMetrics, 'downlinkHandled'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const headSchema = z.object({ seq: z.int().min(1), type: z.string().max(64) });

/** What came is not even numbered: nothing can be said about it, so nothing after it is taken. */
export class UnnumberedMessageError extends Error {
  override readonly name = 'UnnumberedMessageError';
}

/** A message before this one has not come: to go on would acknowledge it unseen, and it may be an erasure. */
export class MissingMessageError extends Error {
  override readonly name = 'MissingMessageError';
}

/**
 * Applies what central says, each message in one transaction with its watermark. A message that cannot be
 * applied is recorded as rejected, with the reason, and the line goes on; only a fault of this hub holds it.
 */
export class DownlinkApplier {
  private readonly parts: ApplierParts;

  constructor(parts: ApplierParts) {
    this.parts = parts;
  }

  /** @throws UnnumberedMessageError, MissingMessageError; anything else is a fault of this hub and the message is tried again */
  async apply(raw: unknown): Promise<void> {
    const head = headSchema.safeParse(raw);
    if (!head.success) throw new UnnumberedMessageError('a downlink message without a sequence');
    const watermark = this.parts.store.watermark();
    if (head.data.seq <= watermark) return;
    if (head.data.seq !== watermark + 1) {
      throw new MissingMessageError(`message ${head.data.seq} came after ${watermark}`);
    }
    const parsed = downlinkMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.reject(head.data, 'unknown type or version, or malformed');
      return;
    }
    const message = parsed.data;
    const outcome: Outcome = {
      applied: () => {
        this.recordApplied(message);
      },
      rejected: (reason) => {
        this.reject(message, reason);
      },
    };
    const { people, transact, allowances, campaigns } = this.parts;
    switch (message.type) {
      case 'template.replica':
        await people.replica(message, outcome);
        break;
      case 'shopper.phone':
        await people.phone(message, outcome);
        break;
      case 'shopper.erase':
        await people.erase(message, outcome);
        break;
      case 'hub.directory':
        people.directory(message, outcome);
        break;
      case 'allowance.reclaim':
      case 'exception.list':
        transact(() => {
          allowances.apply(message);
          outcome.applied();
        });
        break;
      case 'campaign.open':
      case 'campaign.stop':
        transact(() => {
          campaigns.apply(message);
          outcome.applied();
        });
        break;
      default:
        unreachable(message);
    }
  }

  private recordApplied(message: { readonly seq: number; readonly type: string }): void {
    const { store, clock, metrics } = this.parts;
    const handledAt = new Date(clock.now()).toISOString();
    store.record({
      seq: message.seq,
      type: message.type,
      outcome: 'applied',
      reason: null,
      handledAt,
    });
    metrics.downlinkHandled(message.type, 'applied');
  }

  private reject(message: { readonly seq: number; readonly type: string }, reason: string): void {
    const { store, clock, metrics, logger, transact } = this.parts;
    const { seq, type } = message;
    const handledAt = new Date(clock.now()).toISOString();
    transact(() => {
      store.record({ seq, type, outcome: 'rejected', reason, handledAt });
    });
    metrics.downlinkHandled(KNOWN_TYPES.has(type) ? type : 'unknown', 'rejected');
    logger.warn({ module: 'downlink', seq, reason }, 'a message of central was rejected');
  }
}

/** A label takes only known values, or a peer could fill the metrics. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(
  downlinkMessageSchema.options.map((option) => option.shape.type.value),
);
