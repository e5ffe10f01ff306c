import { readFileSync } from 'node:fs';
import { connect, type MqttClient } from 'mqtt';
import { newId } from '../../deploy/demo/counter.ts';
import { deviceKeyFromPem } from '../../firmware-bridge/codec/device-key.ts';
import { encodeProbe } from '../../firmware-bridge/codec/probe.ts';
import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import { topics } from '../../shared/contracts/subjects.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { joinPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';

export interface Identity {
  readonly certPath: string;
  readonly keyPath: string;
}

const REPLY_WITHIN_MS = 15_000;

/** A terminal that does as it is told, wrong things too: no journal, no repeats, no checks of its own. */
export class RawTerminal {
  readonly terminalId: string;
  readonly client: MqttClient;
  private readonly keyPem: string;
  private readonly received: TerminalReply[] = [];
  private wake: () => void = () => undefined;

  private constructor(terminalId: string, client: MqttClient, keyPem: string) {
    this.terminalId = terminalId;
    this.client = client;
    this.keyPem = keyPem;
  }

  /** @throws Error when the hub refuses the connection or breaks off the handshake */
  static async connect(options: {
    readonly port: number;
    readonly terminalId: string;
    readonly caPath: string;
    readonly identity: Identity;
  }): Promise<RawTerminal> {
    const keyPem = readFileSync(options.identity.keyPath, 'utf8');
    const client = connect(`mqtts://localhost:${options.port}`, {
      clientId: options.terminalId,
      ca: readFileSync(options.caPath),
      cert: readFileSync(options.identity.certPath),
      key: keyPem,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
    });
    await connected(client);
    const terminal = new RawTerminal(options.terminalId, client, keyPem);
    client.on('message', (_topic, payload) => {
      terminal.received.push(terminalReplySchema.parse(JSON.parse(payload.toString('utf8'))));
      terminal.wake();
    });
    await client.subscribeAsync(topics.reply(options.terminalId), { qos: 1 });
    return terminal;
  }

  /** Sends bytes as they are and waits for the next reply, whatever it answers. */
  async ask(payload: Uint8Array, topic = topics.request(this.terminalId)): Promise<TerminalReply> {
    this.received.length = 0;
    const { buffer, byteOffset, byteLength } = payload;
    await this.client.publishAsync(topic, Buffer.from(buffer, byteOffset, byteLength), { qos: 1 });
    return this.nextReply();
  }

  async nextReply(): Promise<TerminalReply> {
    const deadline = Date.now() + REPLY_WITHIN_MS;
    for (;;) {
      const reply = this.received.shift();
      if (reply) return reply;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error('no reply');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** A request without pictures. */
  envelope(type: string, data: unknown, version = 1): Uint8Array {
    return joinPayload({ ...this.head(), type, version, data }, []);
  }

  /** A challenge for a new payment of this amount. @throws when the hub gives none */
  async challenge(amountMinor: bigint, paymentId = newId(), canLight = false): Promise<Ticket> {
    const data = {
      paymentId,
      amountMinor: amountMinor.toString(),
      currency: 'CNY',
      ...(canLight && { canLight }),
    };
    const reply = await this.ask(this.envelope('challenge.request', data, canLight ? 3 : 1));
    if (reply.type !== 'challenge.issued')
      throw new Error(`no challenge but ${JSON.stringify(reply)}`);
    const { challenge, light } = reply.data;
    return { paymentId, amountMinor, challenge, light: light?.steps ?? null };
  }

  /** A rightly signed probe. */
  probe(ticket: Ticket, frames: readonly ProbeFrame[], requestId = newId()): Uint8Array {
    return encodeProbe(
      {
        ...ticket,
        requestId,
        version: 1,
        frames,
        occurredAtMs: Date.now(),
        terminalId: this.terminalId,
        currency: 'CNY',
      },
      deviceKeyFromPem(this.keyPem),
    );
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }

  private head() {
    return { id: newId(), occurredAt: new Date().toISOString(), source: this.terminalId };
  }
}

/** What a hub has agreed to take a probe for. */
export interface Ticket {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly challenge: string;
  /** What its screen is to show; null where it need not. */
  readonly light: readonly LightColour[] | null;
}

/** The code of an error or of a result; `paid` where it was paid. */
export function codeOf(reply: TerminalReply): string {
  if (reply.type === 'error') return reply.data.code;
  if (reply.type === 'payment.result') return reply.data.code ?? reply.data.outcome;
  return reply.type;
}

/** A handshake that the hub breaks off ends with `close` alone. */
async function connected(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed before it was connected')));
  });
}
