import { randomBytes } from 'node:crypto';
import { Duplex, type Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectPacket, publishHead } from '../../test/support/mqtt-packets.ts';
import { GuardedConnection } from './guarded-connection.ts';
import type { OversizePublish } from './packet-filter.ts';
import { WebSocketStream } from './websocket-stream.ts';

const CHUNK_BYTES = 64 * 1024;
const FIFTY_MB = 50 * 1024 * 1024;

/** A socket whose other end is in the test's hands. */
class TestSocket extends Duplex {
  readonly sent: Buffer[] = [];
  override _read(): void {
    // pushed from outside
  }
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.sent.push(chunk);
    done();
  }
}

const connect = connectPacket('t');
const head50 = publishHead({ topic: 'a/b', payloadBytes: FIFTY_MB, qos: 1, messageId: 7 });

function masked(payload: Buffer, mask = randomBytes(4)): Buffer {
  const header = Buffer.alloc(10);
  header.writeUInt16BE(0x82ff, 0);
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function guard(transport: Duplex) {
  const oversize: OversizePublish[] = [];
  const connection = new GuardedConnection({
    transport,
    peer: { kind: 'token' },
    maxPublishBytes: 1_000_000,
    onOversize: (publish) => oversize.push(publish),
    onViolation: (why) => {
      throw new Error(why);
    },
  });
  connection.trust();
  return { connection, oversize };
}

describe('50 MB', () => {
  it('are never held, and QoS 1 is acknowledged', async () => {
    const socket = new TestSocket();
    const { connection, oversize } = await guard(socket);
    socket.push(Buffer.concat([connect, head50]));
    const chunk = Buffer.alloc(CHUNK_BYTES, 1);
    let held = 0;
    for (let sent = 0; sent < FIFTY_MB; sent += CHUNK_BYTES) {
      socket.push(chunk);
      await settle();
      held = Math.max(held, socket.readableLength + connection.readableLength);
    }
    expect(held).toBeLessThanOrEqual(2 * CHUNK_BYTES);
    expect(oversize).toEqual([{ qos: 1, messageId: 7, bytes: FIFTY_MB + 7 }]);
    expect(Buffer.concat(socket.sent).toString('hex')).toBe('40020007');
  });

  it('in one WebSocket frame are not either', async () => {
    const socket = new TestSocket();
    const { connection, oversize } = await guard(new WebSocketStream(socket, Buffer.alloc(0)));
    const header = Buffer.alloc(14);
    header.writeUInt16BE(0x82ff, 0);
    header.writeBigUInt64BE(BigInt(head50.length + FIFTY_MB), 2);
    socket.push(Buffer.concat([masked(connect), header, head50]));
    const chunk = Buffer.alloc(CHUNK_BYTES, 1);
    let held = 0;
    for (let sent = 0; sent < FIFTY_MB; sent += CHUNK_BYTES) {
      socket.push(chunk);
      await settle();
      held = Math.max(held, socket.readableLength + connection.readableLength);
    }
    expect(held).toBeLessThanOrEqual(2 * CHUNK_BYTES);
    expect(oversize).toHaveLength(1);
  });
});

describe('WebSocketStream', () => {
  const readAll = async (stream: Readable): Promise<Buffer> => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    await settle();
    await settle();
    return Buffer.concat(parts);
  };

  it('gives the payload of any frames, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(1_500), { maxLength: 20 }),
        async (payloads, cuts) => {
          const socket = new TestSocket();
          const stream = new WebSocketStream(socket, Buffer.alloc(0));
          const wire = Buffer.concat(payloads.map((payload) => masked(Buffer.from(payload))));
          const edges = [
            0,
            ...cuts.filter((cut) => cut < wire.length).toSorted((a, b) => a - b),
            wire.length,
          ];
          const reading = readAll(stream);
          edges.slice(1).forEach((edge, index) => {
            const part = wire.subarray(edges[index], edge);
            if (part.length > 0) socket.push(part);
          });
          expect((await reading).equals(Buffer.concat(payloads))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['no mask', Buffer.from([0x82, 1, 7]), '8802 03ea'],
    ['text', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 65]), '8802 03eb'],
    ['an extension', Buffer.from([0xc2, 0x81, 0, 0, 0, 0, 65]), '8802 03ea'],
    ['a long ping', Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), '8802 03ea'],
  ])('ends at %s', async (_, bytes, close) => {
    const socket = new TestSocket();
    const stream = new WebSocketStream(socket, Buffer.alloc(0));
    stream.on('error', () => undefined);
    socket.push(bytes);
    await settle();
    expect(Buffer.concat(socket.sent).toString('hex')).toBe(close.replace(' ', ''));
    expect(stream.destroyed).toBe(true);
  });

  it('answers a ping', async () => {
    const socket = new TestSocket();
    const stream = new WebSocketStream(socket, Buffer.alloc(0));
    socket.push(Buffer.from([0x89, 0x82, 0, 0, 0, 0, 65, 66]));
    await settle();
    expect(Buffer.concat(socket.sent).toString('hex')).toBe('8a024142');
    stream.destroy();
  });
});
