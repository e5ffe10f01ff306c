import { Lifecycle } from '../shared/kernel/lifecycle.ts';
import { type ContextOptions, createContext } from './context.ts';
import { createHttpApi } from './http/http-api.ts';
import { HttpServer } from './http/http-server.ts';
import { addHubs } from './intake/intake-store.ts';

/** The city's central service: starts its parts in order and stops them in the reverse one. */
export class Central {
  private readonly options: ContextOptions;
  private readonly lifecycle: Lifecycle;

  constructor(options: ContextOptions) {
    this.options = options;
    this.lifecycle = new Lifecycle(options.logger);
  }

  /**
   * @returns the port that HTTP is served on
   * @throws when PostgreSQL or the port is not to be had; nothing is left running then
   */
  async start(): Promise<{ httpPort: number }> {
    try {
      return await this.startParts();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Finishes the batches in hand, answers nobody new, closes PostgreSQL last. */
  stop(): Promise<void> {
    return this.lifecycle.stop();
  }

  private async startParts(): Promise<{ httpPort: number }> {
    const { lifecycle } = this;
    const context = await createContext(this.options, lifecycle);
    const { database, settings } = context;
    await database.transact((tx) => addHubs(tx, settings.hubs));
    lifecycle.add(context.downlink).start();
    lifecycle.add(context.allowances).start();
    lifecycle.add({
      name: 'intake',
      stop: async () => {
        await Promise.all(context.readers.map((reader) => reader.stop()));
      },
    });
    for (const reader of context.readers) reader.start();
    lifecycle.add(context.reconciler).start();
    if (context.insight) lifecycle.add(context.insight).start();
    lifecycle.add(context.funding.loop).start();
    if (context.settling) {
      lifecycle.add(context.settling.desk).start();
      lifecycle.add(context.settling.daily).start();
    }
    lifecycle.add(context.reports).start();
    const { host, port } = context.settings.http;
    const server = await HttpServer.start({ app: createHttpApi(context), host, port });
    lifecycle.add(server);
    lifecycle.add(context.feed);
    return { httpPort: server.port };
  }
}
