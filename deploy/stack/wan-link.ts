import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { assert } from '../../shared/kernel/assert.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';

/** What a bad link does to the bytes that go through it. */
export interface Impairment {
  /** Each way, milliseconds. */
  readonly delayMs?: number;
  /** A direction in which nothing arrives, without anybody being told. */
  readonly swallow?: Direction;
  /** Share of the pieces that arrive twice: what is encrypted breaks off at them. */
  readonly repeatShare?: number;
}

type Direction = 'to-central' | 'to-hub';

/**
 * The Internet between a hub and central, as a TCP relay on this machine that can be cut or made bad. While it is
 * cut, connections are refused and those that were open are gone, on both sides.
 */
export class WanLink implements Stoppable {
  readonly name: string;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private up = true;
  private impairment: Impairment = {};

  private constructor(name: string, targetPort: number) {
    this.name = name;
    this.server = createServer((near) => this.relay(near, targetPort));
  }

  /**
   * @param options.port where the hub dials; 0 for a free one
   * @param options.targetPort central's port on this machine
   */
  static async open(options: {
    readonly name: string;
    readonly port: number;
    readonly targetPort: number;
  }): Promise<WanLink> {
    const link = new WanLink(options.name, options.targetPort);
    link.server.listen(options.port, '127.0.0.1');
    await once(link.server, 'listening');
    return link;
  }

  get port(): number {
    const address = this.server.address();
    assert(address !== null && typeof address === 'object', 'the relay listens on a port');
    return address.port;
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Takes the link down at once. */
  cut(): void {
    this.up = false;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Makes the link bad, also for the connections that are open. */
  impair(impairment: Impairment): void {
    this.impairment = impairment;
  }

  /** Lets connections through again, whole. Those of which bytes are missing or came twice end. */
  restore(): void {
    this.up = true;
    const { swallow, repeatShare } = this.impairment;
    this.impairment = {};
    if (swallow === undefined && repeatShare === undefined) return;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private relay(near: Socket, targetPort: number): void {
    if (!this.up) {
      near.destroy();
      return;
    }
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    for (const [socket, other, direction] of [
      [near, far, 'to-central'],
      [far, near, 'to-hub'],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.on('data', (piece: Buffer) => this.pass(piece, { socket, other, direction }));
      socket.on('end', () => other.end());
    }
  }

  private pass(
    piece: Buffer,
    way: { readonly socket: Socket; readonly other: Socket; readonly direction: Direction },
  ): void {
    const { delayMs, swallow, repeatShare = 0 } = this.impairment;
    const { socket, other, direction } = way;
    if (swallow === direction) return;
    const deliver = (): void => {
      if (other.destroyed) return;
      if (Math.random() < repeatShare) other.write(piece);
      if (other.write(piece)) return;
      socket.pause();
      other.once('drain', () => socket.resume());
    };
    // timers of one length end in the order in which they began
    if (delayMs === undefined) deliver();
    else setTimeout(deliver, delayMs);
  }
}
