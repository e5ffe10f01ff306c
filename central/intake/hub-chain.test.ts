import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainInput, GENESIS_HASH, hubEventHeadSchema } from '../../shared/contracts/hub-events.ts';
import { type Delivery, examine, readEvent } from './hub-chain.ts';

const HUB = 'hub-wuma';
const GOLDEN = new URL('../../shared/contracts/golden/', import.meta.url);

/** A chain of unknown events: what is booked of them is not this module's business. */
function chainOf(count: number, source = HUB): Delivery[] {
  let prevHash = GENESIS_HASH;
  return Array.from({ length: count }, (_, index) => {
    const seq = index + 1;
    const dataJson = `{"10":${seq},"2":1.0}`;
    const head = {
      id: `019a4e00-0000-7000-8000-${String(seq).padStart(12, '0')}`,
      type: 'shopper.waved',
      version: 1,
      occurredAt: '2026-11-02T03:04:05.678Z',
      source,
      seq,
      prevHash,
    };
    const hash = createHash('sha256')
      .update(chainInput({ ...head, dataJson }))
      .digest('hex');
    prevHash = hash;
    const text = `${JSON.stringify({ ...head, hash }).slice(0, -1)},"data":${dataJson}}`;
    return { streamSeq: seq, text };
  });
}

function walk(deliveries: readonly Delivery[], before: readonly Delivery[] = []) {
  const known = before.map((delivery) => readEvent(delivery)?.head);
  const last = known.at(-1);
  return examine({
    hubId: HUB,
    deliveries: deliveries.map((delivery) => ({ delivery, read: readEvent(delivery) })),
    from: { seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS_HASH },
    known: {
      hashOf: (seq) => known.find((head) => head?.seq === seq)?.hash,
      seqOf: (id) => known.find((head) => head?.id === id)?.seq,
    },
  });
}

describe('examine', () => {
  it('takes a chain as it is, whatever batches it comes in and however often parts come again', () => {
    const chain = chainOf(12);
    const property = fc.property(fc.nat(12), fc.nat(12), fc.nat(12), (cut, from, to) => {
      const again = chain.slice(Math.min(from, to), Math.max(from, to));
      const repeated = again.filter((delivery) => delivery.streamSeq <= 12);
      const result = walk([...chain.slice(cut), ...repeated], chain.slice(0, cut));
      expect(result.break).toBeUndefined();
      expect(result.chained).toHaveLength(12 - cut);
      expect(result.duplicates).toBe(repeated.length);
      expect(result.position.seq).toBe(12);
    });
    fc.assert(property);
  });

  it('stops at any missing event and takes nothing after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (missing) => {
        const chain = chainOf(12).filter((delivery) => delivery.streamSeq !== missing);
        const result = walk(chain);
        expect(result.break).toEqual({ code: 'gap', seq: missing + 1, streamSeq: missing + 1 });
        expect(result.position.seq).toBe(missing - 1);
        expect(result.chained).toHaveLength(missing - 1);
      }),
    );
  });

  it('notices any changed character of an event', () => {
    const [event] = chainOf(1);
    const text = event?.text ?? '';
    const property = fc.property(fc.nat(text.length - 1), fc.nat(9), (at, digit) => {
      const changed = text.slice(0, at) + String(digit) + text.slice(at + 1);
      fc.pre(changed !== text);
      const result = walk([{ streamSeq: 1, text: changed }]);
      expect(result.chained).toEqual([]);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('refuses an event id that was used before', () => {
    const [first, second] = chainOf(2);
    const reused = second?.text.replace('000000000002', '000000000001') ?? '';
    const head = hubEventHeadSchema.parse(JSON.parse(reused));
    const hash = createHash('sha256')
      .update(chainInput({ ...head, dataJson: '{"10":2,"2":1.0}' }))
      .digest('hex');
    const text = reused.replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${hash}"`);
    const result = walk([first ?? { streamSeq: 1, text: '' }, { streamSeq: 2, text }]);
    expect(result.break?.code).toBe('event_id_reused');
  });

  it.each(['', '[]', 'null', '{"id":1}', '{', '"text"'])('reads no event in %j', (text) => {
    expect(walk([{ streamSeq: 1, text }]).unchained).toMatchObject([{ reason: 'malformed' }]);
  });

  it('understands the golden event', () => {
    const text = readFileSync(new URL('event.payment.captured.v1.json', GOLDEN), 'utf8').trim();
    const result = walk([{ streamSeq: 1, text }]);
    expect(result.chained).toMatchObject([
      { event: { type: 'payment.captured', data: { amountMinor: 1250n } }, reason: undefined },
    ]);
  });
});
