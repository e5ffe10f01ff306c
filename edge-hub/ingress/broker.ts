import type { X509Certificate } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { topics } from '../../shared/contracts/subjects.ts';
import { MAX_PAYLOAD_BYTES } from '../../shared/contracts/terminal-frames.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { Result } from '../../shared/kernel/result.ts';
import type { HubMetrics } from '../metrics.ts';
import type { LoginFailure, Terminal, TerminalRegistry } from '../terminals/terminal-registry.ts';
import { commonNameOf } from '../terminals/terminal-registry.ts';
import { GuardedConnection, type Peer } from './guarded-connection.ts';
import type { OversizePublish } from './packet-filter.ts';
import type { RequestHandler } from './request-handler.ts';
import { acceptWebSocket } from './websocket-stream.ts';

export interface BrokerParts {
  readonly registry: TerminalRegistry;
  readonly handler: RequestHandler;
  readonly metrics: HubMetrics;
  readonly logger: Logger;
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** Path of MQTT over WebSocket on the hub's HTTP server. */
const WEBSOCKET_PATH = '/mqtt';
/** Room for the topic beside the payload in a PUBLISH. */
const TOPIC_BYTES = 256;
const MAX_STATUS_BYTES = 64;
/** MQTT 3.1.1 section 3.2.2.3. */
const CONNACK_BAD_CREDENTIALS = 4;
const CONNACK_NOT_AUTHORISED = 5;
/** Where refused messages go: nobody may subscribe to it. */
const SINK = 'wuma/refused';

/**
 * The MQTT broker of the street, in process: who may connect, who may say what where, and the way from a
 * request to its reply. A message on a topic of somebody else is swallowed and answered with an `error`
 * on the sender's own reply topic; the connection lives on. A subscription to one is refused (SUBACK 128).
 */
export class Broker {
  private readonly aedes: Aedes;
  private readonly tlsServer: TlsServer;
  private readonly parts: BrokerParts;
  private readonly connected = new Map<string, Client>();
  private readonly connections = new Set<GuardedConnection>();

  private constructor(aedes: Aedes, parts: BrokerParts) {
    this.aedes = aedes;
    this.parts = parts;
    const { cert, key, ca } = parts.tls;
    this.tlsServer = createServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
      (socket) => {
        this.acceptTls(socket);
      },
    );
    this.tlsServer.on('tlsClientError', () => {
      parts.metrics.login('tls_refused');
    });
  }

  static async create(parts: BrokerParts): Promise<Broker> {
    const aedes = new Aedes({ concurrency: 200, maxClientsIdLength: 64 });
    const broker = new Broker(aedes, parts);
    broker.installHooks();
    await aedes.listen();
    await broker.listenToRequests();
    return broker;
  }

  get terminalsConnected(): number {
    return this.connected.size;
  }

  isConnected(terminalId: string): boolean {
    return this.connected.has(terminalId);
  }

  /** Opens the TLS port; resolves with the real one. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.tlsServer.once('error', reject);
      this.tlsServer.listen(port, host, () => {
        this.tlsServer.off('error', reject);
        resolve();
      });
    });
    const address: AddressInfo | string | null = this.tlsServer.address();
    return typeof address === 'object' && address ? address.port : port;
  }

  /** Takes WebSocket upgrades of the HTTP server on `/mqtt`. */
  attach(server: HttpServer): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = (request.url ?? '').split('?')[0];
      socket.on('error', () => socket.destroy());
      if (path !== WEBSOCKET_PATH) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const stream = acceptWebSocket(request, socket, head);
      if (!stream) return;
      setNoDelay(socket);
      this.accept(stream, { kind: 'token' });
    });
  }

  /** Ends a terminal's connection at once. */
  disconnect(terminalId: string): void {
    this.connected.get(terminalId)?.close();
  }

  /** Takes no new connection from now on; what is connected stays. */
  stopAccepting(): void {
    this.tlsServer.close();
  }

  async close(): Promise<void> {
    this.stopAccepting();
    await new Promise<void>((resolve) => {
      this.aedes.close(resolve);
    });
    for (const connection of this.connections) connection.destroy();
  }

  private acceptTls(socket: TLSSocket): void {
    socket.setNoDelay(true);
    const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    const commonName = certificate && commonNameOf(certificate);
    if (!certificate || commonName === undefined) {
      socket.destroy();
      return;
    }
    this.accept(socket, { kind: 'certificate', commonName, certificate });
  }

  private accept(transport: Duplex, peer: Peer): void {
    let client: Client | undefined;
    const connection = new GuardedConnection({
      transport,
      peer,
      maxPublishBytes: MAX_PAYLOAD_BYTES + TOPIC_BYTES,
      onOversize: (publish) => {
        if (client) this.answerOversize(client, publish);
      },
      onViolation: (why) => {
        this.parts.logger.warn({ module: 'broker', why }, 'a connection broke the protocol');
      },
    });
    this.connections.add(connection);
    connection.once('close', () => this.connections.delete(connection));
    client = this.aedes.handle(connection);
  }

  private installHooks(): void {
    const { aedes } = this;
    aedes.authenticate = (client, username, password, done) => {
      const login = this.login(client, username, password);
      this.parts.metrics.login(login.ok ? 'accepted' : login.error);
      if (login.ok) {
        if (client.conn instanceof GuardedConnection) client.conn.trust();
        done(null, true);
      } else {
        done(loginError(login.error), false);
      }
    };
    aedes.authorizePublish = (client, packet, done) => {
      this.checkPublish(client, packet);
      done(null);
    };
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const allowed = subscription.topic === topics.reply(client.id);
      if (!allowed) this.parts.metrics.permissionDenied('subscribe');
      done(null, allowed ? subscription : null);
    };
    aedes.on('client', (client) => {
      this.connected.set(client.id, client);
      // it may have been revoked since it logged in
      if (this.parts.registry.find(client.id)?.revokedAt !== null) client.close();
    });
    aedes.on('clientDisconnect', (client) => {
      if (this.connected.get(client.id) === client) this.connected.delete(client.id);
    });
    aedes.on('clientError', (_, error) => {
      this.parts.logger.debug({ module: 'broker', err: error }, 'a terminal’s connection failed');
    });
  }

  private login(
    client: Client,
    username: string | undefined,
    password: Readonly<Buffer> | undefined,
  ): Result<Terminal, LoginFailure> {
    const { registry } = this.parts;
    const { conn } = client;
    if (!(conn instanceof GuardedConnection)) return { ok: false, error: 'wrong_credential' };
    const { peer } = conn;
    if (peer.kind === 'certificate')
      return registry.loginByCertificate(client.id, peer.certificate);
    if (username !== client.id || !password) return { ok: false, error: 'wrong_credential' };
    return registry.loginByToken(client.id, password.toString('utf8'));
  }

  /** Own topics only. What is refused goes to the sink with nothing in it, and the sender is told. */
  private checkPublish(client: Client | null, packet: PublishLike): void {
    if (!client) return;
    const isRequest = packet.topic === topics.request(client.id);
    const isStatus = packet.topic === topics.status(client.id);
    const small = packet.payload.length <= MAX_STATUS_BYTES;
    if (isRequest) {
      // a retained request would be kept in memory for nobody
      packet.retain = false;
      return;
    }
    if (isStatus && small) return;
    packet.topic = SINK;
    packet.payload = Buffer.alloc(0);
    packet.retain = false;
    this.parts.metrics.permissionDenied('publish');
    this.reply(client.id, this.parts.handler.refuseTopic(client.id));
  }

  private async listenToRequests(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.aedes.subscribe(
        topics.anyRequest,
        (packet, done) => {
          // answered when it is decided; the broker goes on meanwhile
          void this.onRequest(packet.topic, packet.payload);
          done();
        },
        resolve,
      );
    });
  }

  private async onRequest(topic: string, payload: Buffer | string): Promise<void> {
    const terminalId = topic.split('/')[2] ?? '';
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    try {
      this.reply(terminalId, await this.parts.handler.handle(terminalId, bytes));
    } catch (error) {
      this.parts.logger.error({ module: 'broker', err: error }, 'a request was not answered');
    }
  }

  private answerOversize(client: Client, publish: OversizePublish): void {
    this.parts.metrics.oversizeSkipped(publish.bytes);
    this.reply(client.id, this.parts.handler.refuseOversize(client.id));
  }

  private reply(terminalId: string, json: string): void {
    this.aedes.publish(
      {
        cmd: 'publish',
        topic: topics.reply(terminalId),
        payload: Buffer.from(json),
        qos: 1,
        dup: false,
        retain: false,
      },
      (error) => {
        if (error) this.parts.logger.warn({ module: 'broker', err: error }, 'a reply was not sent');
      },
    );
  }
}

interface PublishLike {
  topic: string;
  payload: Buffer | string;
  retain: boolean;
}

function loginError(failure: LoginFailure): AuthenticateError {
  const badCredential =
    failure === 'wrong_credential' || failure === 'nonce_spent' || failure === 'stale';
  const returnCode = badCredential ? CONNACK_BAD_CREDENTIALS : CONNACK_NOT_AUTHORISED;
  return Object.assign(new Error(`login refused: ${failure}`), { returnCode });
}

function setNoDelay(socket: Duplex): void {
  if (socket instanceof Socket) {
    socket.setNoDelay(true);
  }
}
