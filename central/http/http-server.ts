import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { assert } from '../../shared/kernel/assert.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';

/** An application that answers web requests. */
interface Answering {
  fetch(request: Request): Response | Promise<Response>;
}

/** Requests under way when the service stops are cut off after this. */
const DRAIN_LIMIT_MS = 1_000;

/** HTTP for an application. */
export class HttpServer implements Stoppable {
  readonly name = 'http';
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  /**
   * @param options.port 0 for a free one
   * @throws when the port is taken
   */
  static async start(options: {
    readonly app: Answering;
    readonly host: string;
    readonly port: number;
  }): Promise<HttpServer> {
    const listener = getRequestListener((request) => options.app.fetch(request));
    const server = createServer((request, response) => {
      void listener(request, response);
    });
    server.listen(options.port, options.host);
    await once(server, 'listening');
    return new HttpServer(server);
  }

  get port(): number {
    const address = this.server.address();
    assert(address !== null && typeof address === 'object', 'a TCP server has a port');
    return address.port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeIdleConnections();
    const cut = setTimeout(() => this.server.closeAllConnections(), DRAIN_LIMIT_MS);
    await closed;
    clearTimeout(cut);
  }
}
