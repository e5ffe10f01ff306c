import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { assert } from '../../shared/kernel/assert.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';

/**
 * The Internet between a hub and central, as a TCP relay on this machine that can be cut. While it is
 * cut, connections are refused and those that were open are gone, on both sides.
 */
export class WanLink implements Stoppable {
  readonly name: string;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private up = true;

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

  /** Lets connections through again. */
  restore(): void {
    this.up = true;
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
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
