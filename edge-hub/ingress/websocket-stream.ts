import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

/**
 * The server's side of a WebSocket (RFC 6455) as a stream of bytes.
 *
 * MQTT over WebSocket is a byte stream whose frames mean nothing (MQTT 3.1.1 section 6), so payload bytes are
 * handed on as they arrive. The `ws` package collects each frame first: a 50 MB frame would be 50 MB of memory.
 */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_CONTROL_BYTES = 125;
const LINGER_MS = 1_000;

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const STATUS = { normal: 1000, protocolError: 1002, unsupported: 1003 } as const;

/** Completes the handshake for the subprotocol `mqtt`, or answers with an HTTP error and returns undefined. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): WebSocketStream | undefined {
  const key = request.headers['sec-websocket-key'];
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',');
  const offered = protocols.map((name) => name.trim());
  if (
    request.method !== 'GET' ||
    request.headers.upgrade?.toLowerCase() !== 'websocket' ||
    request.headers['sec-websocket-version'] !== '13' ||
    key === undefined ||
    !offered.includes('mqtt')
  ) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return undefined;
  }
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      'Sec-WebSocket-Protocol: mqtt',
      '\r\n',
    ].join('\r\n'),
  );
  return new WebSocketStream(socket, head);
}

interface Frame {
  readonly opcode: number;
  readonly mask: Buffer;
  readonly length: number;
  seen: number;
}

export class WebSocketStream extends Duplex {
  private sendBinary(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.socket.cork();
    this.socket.write(frameHeader(OPCODE.binary, chunk.length));
    this.socket.write(chunk, done);
    this.socket.uncork();
  }

  private readonly socket: Duplex;
  private head = Buffer.alloc(0);
  private frame: Frame | undefined;
  private control: Buffer[] = [];
  private closeSent = false;

  constructor(socket: Duplex, head: Buffer) {
    super({ allowHalfOpen: false });
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.consume(chunk);
    });
    socket.on('end', () => {
      this.push(null);
    });
    socket.on('error', (error) => {
      this.destroy(error);
    });
    socket.on('close', () => {
      this.destroy();
    });
    if (head.length > 0) this.consume(head);
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sendBinary(chunk, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.sendBinary(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.sendClose(STATUS.normal);
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error) {
      this.socket.destroy();
    } else if (!this.socket.destroyed) {
      this.sendClose(STATUS.normal);
      this.socket.end();
      setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
    }
    done(error);
  }

  private consume(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && !this.destroyed) {
      const frame = this.frame;
      if (frame) {
        const part = rest.subarray(0, frame.length - frame.seen);
        rest = rest.subarray(part.length);
        this.payload(frame, part);
      } else {
        rest = this.header(rest);
      }
    }
  }

  /** Collects a frame's header (2 to 14 bytes) and returns what is left of the chunk. */
  private header(chunk: Buffer): Buffer {
    const joined = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    const parsed = parseHeader(joined);
    if (parsed === undefined) {
      this.head = Buffer.from(joined);
      return Buffer.alloc(0);
    }
    this.head = Buffer.alloc(0);
    if (parsed.problem !== undefined) {
      this.fail(parsed.problem);
      return Buffer.alloc(0);
    }
    this.frame = parsed.frame;
    if (parsed.frame.length === 0) this.payload(parsed.frame, Buffer.alloc(0));
    return joined.subarray(parsed.headerBytes);
  }

  private payload(frame: Frame, part: Buffer): void {
    const plain = unmask(part, frame.mask, frame.seen);
    frame.seen += part.length;
    if (frame.opcode >= OPCODE.close) this.control.push(plain);
    else if (plain.length > 0 && !this.push(plain)) this.socket.pause();
    if (frame.seen < frame.length) return;
    this.frame = undefined;
    if (frame.opcode >= OPCODE.close) this.endControl(frame.opcode);
  }

  private endControl(opcode: number): void {
    const data = Buffer.concat(this.control);
    this.control = [];
    if (opcode === OPCODE.ping) {
      this.socket.write(Buffer.concat([frameHeader(OPCODE.pong, data.length), data]));
    } else if (opcode === OPCODE.close) {
      this.sendClose(STATUS.normal);
      this.push(null);
    }
  }

  private fail(status: number): void {
    this.sendClose(status);
    this.destroy();
  }

  private sendClose(status: number): void {
    if (this.closeSent || this.socket.destroyed || !this.socket.writable) return;
    this.closeSent = true;
    const body = Buffer.from([status >> 8, status & 0xff]);
    this.socket.write(Buffer.concat([frameHeader(OPCODE.close, body.length), body]));
  }
}

type ParsedHeader =
  | { readonly problem: number }
  | { readonly problem?: undefined; readonly frame: Frame; readonly headerBytes: number };

function parseHeader(bytes: Buffer): ParsedHeader | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const opcode = first & 0x0f;
  const short = second & 0x7f;
  // no extension was agreed on, and a client always masks
  if ((first & 0x70) !== 0 || (second & 0x80) === 0) return { problem: STATUS.protocolError };
  if (opcode === OPCODE.text) return { problem: STATUS.unsupported };
  const known: readonly number[] = Object.values(OPCODE);
  if (!known.includes(opcode)) return { problem: STATUS.protocolError };
  if (opcode >= OPCODE.close && (short > MAX_CONTROL_BYTES || (first & 0x80) === 0)) {
    return { problem: STATUS.protocolError };
  }
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headerBytes = 2 + lengthBytes + 4;
  if (bytes.length < headerBytes) return undefined;
  const length =
    lengthBytes === 2
      ? bytes.readUInt16BE(2)
      : lengthBytes === 8
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  if (!Number.isSafeInteger(length)) return { problem: STATUS.protocolError };
  const mask = Buffer.from(bytes.subarray(headerBytes - 4, headerBytes));
  return { frame: { opcode, mask, length, seen: 0 }, headerBytes };
}

/** XOR with the mask, four bytes at a time where the memory allows: a probe has hundreds of kilobytes. */
function unmask(part: Buffer, mask: Buffer, offset: number): Buffer {
  const plain = Buffer.from(part);
  const turned = Buffer.from([0, 1, 2, 3].map((i) => mask[(offset + i) % 4] ?? 0));
  const words =
    plain.byteOffset % 4 === 0
      ? new Uint32Array(plain.buffer, plain.byteOffset, plain.length >> 2)
      : new Uint32Array(0);
  const wordMask = new Uint32Array(Uint8Array.from(turned).buffer)[0] ?? 0;
  for (let i = 0; i < words.length; i += 1) words[i] = (words[i] ?? 0) ^ wordMask;
  for (let i = words.length * 4; i < plain.length; i += 1) {
    plain[i] = (plain[i] ?? 0) ^ (turned[i & 3] ?? 0);
  }
  return plain;
}

function frameHeader(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header.writeUInt8(first, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
