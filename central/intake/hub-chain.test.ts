import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainInput, GENESIS_HASH, hubEventHeadSchema } from '../../shared/contracts/hub-events.ts';
import { type Delivery, examine, readDelivery, readEvent } from './hub-chain.ts';

const HUB = 'hub-wuma';
const GOLDEN = new URL('../../shared/contracts/golden/', import.meta.url);

/** A chain of unknown events: what is booked of them is not this module's business. */
function chainOf(count: number, source = HUB): Delivery[] {
  return lifeOf({ count, source, life: 0 });
}

/** What a life of a hub tells after an event; every life but the first begins by saying so. */
function lifeOf(of: {
  readonly count: number;
  readonly life: number;
  readonly source?: string;
  readonly after?: Delivery | undefined;
  readonly restored?: boolean;
}): Delivery[] {
  const { count, life, source = HUB, after, restored = false } = of;
  const parent = after && readEvent(after)?.head;
  let prevHash = parent?.hash ?? GENESIS_HASH;
  const firstSeq = (parent?.seq ?? 0) + 1;
  return Array.from({ length: count }, (_, index) => {
    const seq = firstSeq + index;
    const isOpening = life > 0 && index === 0;
    const dataJson = isOpening
      ? JSON.stringify({ afterSeq: seq - 1, afterHash: prevHash, restored })
      : `{"10":${seq},"2":1.0}`;
    const head = {
      id: `019a4e00-0000-7000-8000-${String(life * 1_000 + seq).padStart(12, '0')}`,
      type: isOpening ? 'epoch.opened' : 'shopper.waved',
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
  const known = before.flatMap((delivery) => readEvent(delivery)?.head ?? []);
  const last = known.at(-1);
  return examine({
    hubId: HUB,
    deliveries: deliveries.map(readDelivery),
    from: { seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS_HASH, carried: 0 },
    known: {
      hashOf: (id) => known.find((head) => head.id === id)?.hash,
      parentOf: ({ prevHash }) => known.find((head) => head.hash === prevHash)?.seq,
      isOver: () => false,
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

  it('goes on with a life of the hub that was restored from a backup, and keeps what it has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 1, max: 20 }),
        (back, count) => {
          const first = chainOf(12);
          const second = lifeOf({ count, life: 1, after: first[back - 1] });
          const result = walk([...first, ...second, ...first, ...second]);
          expect(result.break).toBeUndefined();
          expect(result.chained.map(({ seq }) => seq)).toEqual(
            Array.from({ length: 12 + count }, (_, index) => index + 1),
          );
          expect(result.duplicates).toBe(12 + count);
          expect(result.epochs).toMatchObject([
            { fromSeq: 13, afterSeq: back, carried: 12 - back },
          ]);
          expect(result.position).toMatchObject({ seq: 12 + count, carried: 12 - back });
        },
      ),
    );
  });

  it('puts aside what a life tells after another has begun, and goes on with that one', () => {
    const first = chainOf(12);
    const second = lifeOf({ count: 3, life: 1, after: first[4] });
    const old = first.slice(9);
    const again = lifeOf({ count: 2, life: 2, after: first[11] });
    const more = lifeOf({ count: 5, life: 1, after: first[4] }).slice(3);
    const result = walk([...first.slice(0, 9), ...second, ...old, ...again, ...more]);
    expect(result.break).toBeUndefined();
    expect(result.superseded.map(({ head }) => head.seq)).toEqual([10, 11, 12, 13, 14]);
    expect(result.position).toMatchObject({ seq: 14, carried: 4 });
  });

  it('halts where a chain tells another story without saying that a life has begun', () => {
    const first = chainOf(12);
    const other = lifeOf({ count: 3, life: 1, after: first[4] }).slice(1);
    expect(walk([...first, ...other]).break).toMatchObject({ code: 'fork', seq: 7 });
  });

  it('tells of a life that knows it was restored, although nothing is lost', () => {
    const first = chainOf(3);
    const second = lifeOf({ count: 2, life: 1, after: first[2], restored: true });
    const { epochs, position } = walk([...first, ...second]);
    expect(epochs).toMatchObject([{ fromSeq: 4, afterSeq: 3, carried: 0 }]);
    expect(position).toMatchObject({ seq: 5, carried: 0 });
    const usual = walk([...first, ...lifeOf({ count: 2, life: 1, after: first[2] })]);
    expect(usual.epochs).toEqual([]);
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
