import { createHash, randomBytes } from 'node:crypto';
import { chainInput, GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';

/** An event as a hub sends it. */
export interface WrittenEvent {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly hash: string;
  readonly text: string;
}

export function newId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}

/** Writes a hub's events with their real hash chain, as the hub does. */
export class ChainWriter {
  readonly hubId: string;
  private seq = 0;
  private lastHash = GENESIS_HASH;

  constructor(hubId: string) {
    this.hubId = hubId;
  }

  /** Goes on from another's event, as a hub that was restored from a backup does. */
  static after({ hubId, seq, hash }: WrittenEvent & { readonly hubId: string }): ChainWriter {
    const writer = new ChainWriter(hubId);
    writer.seq = seq;
    writer.lastHash = hash;
    return writer;
  }

  /** The next event. `data` may be JSON text, which is sent as it is. */
  write(type: string, data: object | string, changed: { version?: number } = {}): WrittenEvent {
    const dataJson = typeof data === 'string' ? data : JSON.stringify(data);
    this.seq += 1;
    const head = {
      id: newId(),
      type,
      version: changed.version ?? 1,
      occurredAt: new Date().toISOString(),
      source: this.hubId,
      seq: this.seq,
      prevHash: this.lastHash,
    };
    const hash = createHash('sha256')
      .update(chainInput({ ...head, dataJson }))
      .digest('hex');
    this.lastHash = hash;
    const text = `${JSON.stringify({ ...head, hash }).slice(0, -1)},"data":${dataJson}}`;
    return { id: head.id, type, seq: head.seq, hash, text };
  }

  capture(changed: Partial<Record<string, string | readonly string[]>> = {}): WrittenEvent {
    return this.write('payment.captured', {
      paymentId: newId(),
      shopperId: newId(),
      terminalId: `${this.hubId}-t1`,
      shopId: 'tea-house',
      merchantId: 'm-tea',
      amountMinor: '1250',
      currency: 'CNY',
      method: 'face',
      capturedAt: new Date().toISOString(),
      reference: 'WM-1',
      ...changed,
    });
  }

  captures(count: number): WrittenEvent[] {
    return Array.from({ length: count }, (_, index) =>
      this.capture({ amountMinor: String(100 + index) }),
    );
  }
}
