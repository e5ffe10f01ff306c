import type { X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { type OversizePublish, PacketFilter } from './packet-filter.ts';

/** How a client came in, which decides what it has to prove. */
export type Peer =
  | {
      readonly kind: 'certificate';
      readonly commonName: string;
      readonly certificate: X509Certificate;
    }
  | { readonly kind: 'token' };

export interface GuardOptions {
  readonly transport: Duplex;
  readonly peer: Peer;
  readonly maxPublishBytes: number;
  readonly onOversize: (publish: OversizePublish) => void;
  /** A client that broke the protocol, or sent too much before it was known. */
  readonly onViolation: (why: string) => void;
}

/** After this a peer that does not take our last bytes is cut off. */
const LINGER_MS = 1_000;

const PUBACK = 0x40;
const PUBREC = 0x50;

/** What the broker sees in place of the socket: the same bytes without messages above the limit. */
export class GuardedConnection extends Duplex {
  readonly peer: Peer;
  private readonly transport: Duplex;
  private readonly packetFilter: PacketFilter;
  private readonly onOversize: GuardOptions['onOversize'];
  private readonly onViolation: GuardOptions['onViolation'];

  constructor(options: GuardOptions) {
    super({ allowHalfOpen: false });
    this.peer = options.peer;
    this.transport = options.transport;
    this.packetFilter = new PacketFilter(options.maxPublishBytes);
    this.onOversize = options.onOversize;
    this.onViolation = options.onViolation;
    this.transport.on('data', (chunk: Buffer) => {
      this.consume(chunk);
    });
    this.transport.on('end', () => {
      this.push(null);
    });
    this.transport.on('error', (error) => {
      this.destroy(error);
    });
    this.transport.on('close', () => {
      this.destroy();
    });
  }

  /** The broker has accepted the client: large messages may come from now on. */
  trust(): void {
    this.packetFilter.trust();
  }

  override _read(): void {
    this.transport.resume();
  }

  override _write(
    chunk: Buffer,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.transport.write(chunk, encoding, done);
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.transport.cork();
    chunks.forEach(({ chunk, encoding }, index) => {
      if (index === chunks.length - 1) this.transport.write(chunk, encoding, done);
      else this.transport.write(chunk, encoding);
    });
    this.transport.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.transport.end(done);
  }

  /** Lets the last bytes (a CONNACK that refuses) go out before the transport is closed. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error) {
      this.transport.destroy();
    } else if (!this.transport.destroyed) {
      this.transport.end();
      setTimeout(() => this.transport.destroy(), LINGER_MS).unref();
    }
    done(error);
  }

  private consume(chunk: Buffer): void {
    const { passed, oversize, violation } = this.packetFilter.feed(chunk);
    for (const part of passed) {
      if (!this.push(part)) this.transport.pause();
    }
    for (const publish of oversize) this.answer(publish);
    if (violation !== undefined) {
      this.onViolation(violation);
      this.destroy();
    }
  }

  /** Takes delivery of what was skipped, or the client would send it again for ever. */
  private answer(publish: OversizePublish): void {
    if (publish.messageId !== undefined) {
      const type = publish.qos === 1 ? PUBACK : PUBREC;
      this.write(Buffer.from([type, 2, publish.messageId >> 8, publish.messageId & 0xff]));
    }
    this.onOversize(publish);
  }
}
