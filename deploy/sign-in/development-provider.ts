import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { assert } from '../../shared/kernel/assert.ts';

export interface DevelopmentProviderOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Central's address of `/api/sign-in/callback`. */
  readonly redirectUri: string;
  /** Roles of the city by who signs in; all others are people of merchants, or nobody yet. */
  readonly roles: Readonly<Record<string, 'administrator' | 'analyst'>>;
}

/**
 * A real OpenID Connect provider for development and tests, on this machine. Anybody may sign in as anybody: the name that is
 * given is the person's id, any password goes.
 */
export class DevelopmentProvider {
  readonly issuer: string;
  private readonly server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.server = server;
  }

  static async start(options: DevelopmentProviderOptions): Promise<DevelopmentProvider> {
    const { port, clientId, clientSecret, redirectUri, roles } = options;
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert(address !== null && typeof address === 'object', 'a TCP server has a port');
    const issuer = `http://localhost:${address.port}`;
    const provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
      claims: { openid: ['sub', 'wuma_role'] },
      // the role is in the id token
      conformIdTokenClaims: false,
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: id, ...(Object.hasOwn(roles, id) ? { wuma_role: roles[id] } : {}) }),
      }),
    });
    const answer = provider.callback();
    server.on('request', (request, response) => {
      void answer(request, response);
    });
    return new DevelopmentProvider(issuer, server);
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
