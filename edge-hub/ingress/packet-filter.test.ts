import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectPacket, PINGREQ, publishHead } from '../../test/support/mqtt-packets.ts';
import { type Filtered, PacketFilter } from './packet-filter.ts';

const LIMIT = 100_000;

const publish = (bytes: number, qos: 0 | 1 | 2 = 1, messageId = 0x1234): Buffer => {
  const head = publishHead({ topic: 'wuma/1/t/request', payloadBytes: bytes, qos, messageId });
  return Buffer.concat([head, Buffer.alloc(bytes, 7)]);
};
const connect = connectPacket('t');
const ping = PINGREQ;

function run(chunks: readonly Buffer[], trusted = true) {
  const filter = new PacketFilter(LIMIT);
  if (trusted) filter.trust();
  const results: Filtered[] = chunks.map((chunk) => filter.feed(chunk));
  return {
    passed: Buffer.concat(results.flatMap((result) => [...result.passed])),
    oversize: results.flatMap((result) => [...result.oversize]),
    violations: results.flatMap((result) => result.violation ?? []),
  };
}

describe('PacketFilter', () => {
  const small = publish(50);
  const large = publish(LIMIT + 1, 1, 0xbeef);
  const stream = Buffer.concat([connect, small, large, ping, small]);
  const allowed = Buffer.concat([connect, small, ping, small]);

  it('takes out what is too large and nothing else, wherever the first 400 bytes are cut', () => {
    for (let cut = 0; cut <= 400; cut += 1) {
      const { passed, oversize, violations } = run([stream.subarray(0, cut), stream.subarray(cut)]);
      expect(passed.equals(allowed), `cut at ${cut}`).toBe(true);
      expect(oversize).toEqual([{ qos: 1, messageId: 0xbeef, bytes: large.length - 4 }]);
      expect(violations).toEqual([]);
    }
  });

  it('does so for any cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const chunks = edges.slice(1).map((edge, index) => stream.subarray(edges[index], edge));
        const { passed, oversize } = run(chunks);
        expect(passed.equals(allowed)).toBe(true);
        expect(oversize).toHaveLength(1);
      }),
    );
  });

  it('works byte by byte', () => {
    const { passed, oversize } = run([...stream].map((byte) => Buffer.from([byte])));
    expect(passed.equals(allowed)).toBe(true);
    expect(oversize).toHaveLength(1);
  });

  it.each([0, 1, 2] as const)('names the message id by QoS %s', (qos) => {
    const { oversize } = run([connect, publish(LIMIT + 1, qos)]);
    expect(oversize[0]?.messageId).toBe(qos === 0 ? undefined : 0x1234);
  });

  it.each([
    ['a first packet that is no CONNECT', [small], true],
    [
      'a remaining length of five bytes',
      [connect, Buffer.from([0x30, 255, 255, 255, 255, 1])],
      true,
    ],
    ['a large message of somebody unknown', [connect, large], false],
    ['a control packet that is large', [connect, Buffer.from([0x82, 0xff, 0xff, 0x7f])], true],
  ])('breaks off at %s', (_, chunks, trusted) => {
    expect(run(chunks, trusted).violations).toHaveLength(1);
  });
});
