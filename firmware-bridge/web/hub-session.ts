import mqtt, { type MqttClient } from 'mqtt';
import { kioskLoginSigningInput } from '../../shared/contracts/kiosk-login.ts';
import {
  LIGHT_VERSION,
  TERMINAL_PROTOCOL_VERSIONS,
} from '../../shared/contracts/protocol-version.ts';
import { topics } from '../../shared/contracts/subjects.ts';
import { joinPayload, splitPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  type TerminalReply,
  type TerminalRequestType,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import { PICTURE_HEIGHT, PICTURE_WIDTH } from '../../shared/web/camera.ts';
import { newId } from '../../shared/web/ids.ts';
import { signText, toBase64 } from './device-key.ts';
import type { DeviceIdentity } from './device-store.ts';

/** MQTT over WebSocket between this kiosk and its hub: login, hello, requests and their replies, reconnection. */

export type Welcome = Extract<TerminalReply, { type: 'terminal.welcome' }>['data'];

export type LinkState =
  | { readonly name: 'connecting' }
  | { readonly name: 'online'; readonly welcome: Welcome }
  | { readonly name: 'offline' }
  /** The hub knows this terminal no more, or has revoked it. */
  | { readonly name: 'refused' };

/** No reply came in time, or the connection went before it: what the hub did is not known. */
export class ReplyLost extends Error {
  override readonly name = 'ReplyLost';
}

export interface OutgoingRequest {
  /** Where it was made, and kept, before; made anew otherwise. */
  readonly id?: string;
  readonly type: TerminalRequestType;
  readonly data: unknown;
  readonly blobs?: readonly Uint8Array[];
  readonly timeoutMs: number;
}

interface Waiter {
  readonly resolve: (reply: TerminalReply) => void;
  readonly reject: (error: ReplyLost) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const HELLO_TIMEOUT_MS = 5_000;
const KEEPALIVE_S = 15;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** MQTT 3.1.1 CONNACK: bad user name or password, not authorised. */
const REFUSED_CODES: readonly number[] = [4, 5];

export class HubSession {
  readonly #identity: DeviceIdentity;
  readonly #onState: (state: LinkState) => void;
  readonly #waiters = new Map<string, Waiter>();
  #client: MqttClient | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = RETRY_MIN_MS;
  #closed = false;
  /** Hub's clock minus ours, ms: takes a wrong kiosk clock out of the times that we send. */
  #clockOffsetMs = 0;

  constructor(identity: DeviceIdentity, onState: (state: LinkState) => void) {
    this.#identity = identity;
    this.#onState = onState;
  }

  /** The time as the hub sees it, RFC 3339 with milliseconds. */
  now(): string {
    return new Date(Date.now() + this.#clockOffsetMs).toISOString();
  }

  /**
   * Connects once; on loss it goes on trying until `close`. Our own reconnection, not the library's,
   * because every login needs a freshly signed token and nothing may be sent a second time unseen.
   */
  async connect(): Promise<void> {
    const { terminalId } = this.#identity;
    const password = await this.#loginToken();
    if (this.#closed) return;
    const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
    const client = mqtt.connect(`${scheme}://${window.location.host}/mqtt`, {
      protocolVersion: 4,
      clientId: terminalId,
      username: terminalId,
      password,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      will: { topic: topics.status(terminalId), payload: 'offline', qos: 1, retain: true },
    });
    this.#client = client;
    let refused = false;
    client.on('connect', () => void this.#greet(client));
    client.on('message', (_topic, payload) => this.#receive(payload));
    client.on('error', (error) => {
      refused ||= 'code' in error && REFUSED_CODES.includes(Number(error.code));
      client.end(true);
    });
    client.on('close', () => this.#lost(client, refused));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#client?.end(true);
    this.#failWaiters();
  }

  /** Sends a request and waits for the reply that names it. Rejects with `ReplyLost` and nothing else. */
  request(outgoing: OutgoingRequest): Promise<TerminalReply> {
    const client = this.#client;
    if (!client?.connected) return Promise.reject(new ReplyLost('not connected'));
    const id = outgoing.id ?? newId();
    const head = {
      id,
      type: outgoing.type,
      version: LIGHT_VERSION,
      occurredAt: this.now(),
      source: this.#identity.terminalId,
      data: outgoing.data,
    };
    const payload = outgoing.blobs
      ? joinPayload(head, outgoing.blobs)
      : new TextEncoder().encode(JSON.stringify(head));
    const reply = new Promise<TerminalReply>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
    });
    const timer = setTimeout(
      () => this.#waiters.get(id)?.reject(new ReplyLost('no reply in time')),
      outgoing.timeoutMs,
    );
    // typed as Node's Buffer, but the browser build takes any Uint8Array
    client.publish(topics.request(this.#identity.terminalId), payload as Buffer, { qos: 1 });
    return reply.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(id);
    });
  }

  async #loginToken(): Promise<string> {
    const { terminalId, keys } = this.#identity;
    const nonce = toBase64(crypto.getRandomValues(new Uint8Array(24)));
    const login = { terminalId, at: this.now(), nonce };
    const signature = await signText(keys, kioskLoginSigningInput(login));
    return JSON.stringify({ ...login, signature });
  }

  async #greet(client: MqttClient): Promise<void> {
    const { terminalId } = this.#identity;
    try {
      await client.subscribeAsync(topics.reply(terminalId), { qos: 1 });
      const reply = await this.request({
        type: 'terminal.hello',
        data: {
          protocolVersions: [...TERMINAL_PROTOCOL_VERSIONS],
          software: 'wuma-kiosk 0.1.0',
          camera: { depth: false, width: PICTURE_WIDTH, height: PICTURE_HEIGHT, canLight: true },
        },
        timeoutMs: HELLO_TIMEOUT_MS,
      });
      if (reply.type !== 'terminal.welcome')
        throw new ReplyLost(`hello was answered by ${reply.type}`);
      this.#clockOffsetMs = Date.parse(reply.data.serverTime) - Date.now();
      client.publish(topics.status(terminalId), 'online', { qos: 1, retain: true });
      this.#retryMs = RETRY_MIN_MS;
      this.#onState({ name: 'online', welcome: reply.data });
    } catch {
      // whatever went wrong before the welcome, a new connection is the only way on
      client.end(true);
    }
  }

  #receive(payload: Uint8Array): void {
    const reply = readReply(payload);
    if (reply?.replyTo) this.#waiters.get(reply.replyTo)?.resolve(reply);
  }

  #lost(client: MqttClient, refused: boolean): void {
    if (client !== this.#client || this.#closed) return;
    this.#client = undefined;
    this.#failWaiters();
    this.#onState({ name: refused ? 'refused' : 'offline' });
    const waitMs = refused ? RETRY_MAX_MS : this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    this.#retryTimer = setTimeout(() => void this.connect(), waitMs);
  }

  #failWaiters(): void {
    for (const waiter of this.#waiters.values()) waiter.reject(new ReplyLost('connection lost'));
  }
}

function readReply(payload: Uint8Array): TerminalReply | undefined {
  const split = splitPayload(payload);
  if (!split) return undefined;
  try {
    return terminalReplySchema.safeParse(JSON.parse(split.head)).data;
  } catch {
    return undefined;
  }
}
