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

interface Written {
  readonly chunk: Buffer;
  readonly encoding: BufferEncoding;
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
  /** Whether the transport is corked until the end of this turn. */
  private holding = false;

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

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    this.send([{ chunk, encoding }], done);
  }

  override _writev(chunks: readonly Written[], done: () => void): void {
    this.send(chunks, done);
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

  /**
   * Hands on what the broker writes, all of one turn of the event loop together: the acknowledgement of a
   * request and its reply go out as one record and one system call. What fails is told by the transport's `error`.
   */
  private send(chunks: readonly Written[], done: () => void): void {
    const { transport } = this;
    if (!this.holding) {
      this.holding = true;
      transport.cork();
      setImmediate(() => {
        this.holding = false;
        transport.uncork();
      });
    }
    let hasRoom = true;
    for (const { chunk, encoding } of chunks) hasRoom = transport.write(chunk, encoding);
    if (hasRoom) done();
    else transport.once('drain', done);
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
