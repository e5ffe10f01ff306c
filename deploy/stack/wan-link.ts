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

/** Where the hub dials, 0 for a free port, and the port of central on this machine that answers. */
interface Way {
  readonly port: number;
  readonly targetPort: number;
}

/**
 * The Internet between a hub and central, as a TCP relay on this machine that can be cut or made bad. While it is
 * cut, connections are refused and those that were open are gone, on both sides. Central may have several servers, each
 * with a way of its own; what is done to the link is done to all of them.
 */
export class WanLink implements Stoppable {
  readonly name: string;
  private readonly servers: readonly Server[];
  private readonly sockets = new Set<Socket>();
  private up = true;
  private impairment: Impairment = {};

  private constructor(name: string, ways: readonly Way[]) {
    this.name = name;
    this.servers = ways.map(({ targetPort }) =>
      createServer((near) => this.relay(near, targetPort)),
    );
  }

  static async open(options: {
    readonly name: string;
    readonly ways: readonly Way[];
  }): Promise<WanLink> {
    const link = new WanLink(options.name, options.ways);
    for (const [i, server] of link.servers.entries()) {
      server.listen(options.ways[i]?.port, '127.0.0.1');
      await once(server, 'listening');
    }
    return link;
  }

  /** Where the hub dials, in the order of the ways. */
  get ports(): number[] {
    return this.servers.map((server) => {
      const address = server.address();
      assert(address !== null && typeof address === 'object', 'the relay listens on a port');
      return address.port;
    });
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
    for (const server of this.servers) {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    }
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
