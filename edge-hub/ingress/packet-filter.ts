/**
 * Reads the frame structure of an MQTT byte stream before the broker does, so that a message above the
 * limit is skipped byte by byte and never held in memory. aedes' parser would collect all of it first.
 */

const PUBLISH = 3;
const CONNECT = 1;
/** MQTT 3.1.1 section 2.2.3: the remaining length takes at most four bytes. */
const MAX_LENGTH_BYTES = 4;
/** Largest packet that is not a PUBLISH: a CONNECT with a long token or a SUBSCRIBE with many topics. */
const MAX_CONTROL_BYTES = 64 * 1024;

export interface OversizePublish {
  readonly qos: 0 | 1 | 2;
  /** Present for QoS 1 and 2. */
  readonly messageId: number | undefined;
  readonly bytes: number;
}

export interface Filtered {
  /** What the broker may see, in order. */
  readonly passed: readonly Buffer[];
  /** Messages that were skipped to their end. */
  readonly oversize: readonly OversizePublish[];
  /** Why the connection has to be closed. */
  readonly violation: string | undefined;
}

interface Skipping {
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  /** Bytes of the packet's body seen so far. */
  seen: number;
  topicBytes: number;
  messageId: number;
}

type State = 'header' | 'length' | 'pass' | 'skip';

export class PacketFilter {
  private state: State = 'header';
  private header: number[] = [];
  private remaining = 0;
  private skipping: Skipping | undefined;
  private greeted = false;
  private trusted = false;
  private readonly maxPublishBytes: number;

  /** @param maxPublishBytes largest remaining length of a PUBLISH that passes */
  constructor(maxPublishBytes: number) {
    this.maxPublishBytes = maxPublishBytes;
  }

  /** The client has proved who it is: until then even its PUBLISH may only be small. */
  trust(): void {
    this.trusted = true;
  }

  /** Takes the next bytes as they came, cut anywhere. */
  feed(chunk: Buffer): Filtered {
    const passed: Buffer[] = [];
    const oversize: OversizePublish[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'header' || this.state === 'length') {
        const violation = this.headerByte(chunk[at] ?? 0);
        at += 1;
        if (violation !== undefined) return { passed, oversize, violation };
        if (this.header.length === 0) continue;
        if (this.isBody()) this.endHeader(passed, oversize);
      } else {
        const end = Math.min(chunk.length, at + this.remaining);
        const part = chunk.subarray(at, end);
        if (this.state === 'pass') passed.push(part);
        else this.skip(part);
        this.remaining -= part.length;
        at = end;
        if (this.remaining === 0) this.endPacket(oversize);
      }
    }
    return { passed, oversize, violation: undefined };
  }

  /** Takes one byte of the fixed header; a returned text is a violation. */
  private headerByte(byte: number): string | undefined {
    this.header.push(byte);
    if (this.state === 'header') {
      if (!this.greeted && byte >> 4 !== CONNECT) return 'the first packet is not CONNECT';
      this.greeted = true;
      this.state = 'length';
      return undefined;
    }
    const lengthBytes = this.header.length - 1;
    if (byte >= 0x80) {
      return lengthBytes >= MAX_LENGTH_BYTES ? 'malformed remaining length' : undefined;
    }
    this.remaining = this.header
      .slice(1)
      .reduce((sum, part, index) => sum + (part & 0x7f) * 128 ** index, 0);
    return this.startBody();
  }

  private startBody(): string | undefined {
    const first = this.header[0] ?? 0;
    const isPublish = first >> 4 === PUBLISH;
    const limit = isPublish && this.trusted ? this.maxPublishBytes : MAX_CONTROL_BYTES;
    if (this.remaining <= limit) {
      this.state = 'pass';
      return undefined;
    }
    if (!isPublish || !this.trusted) return 'packet too large';
    const qos = (first >> 1) & 3;
    if (qos === 3) return 'malformed QoS';
    this.state = 'skip';
    this.skipping = {
      qos: qos === 0 ? 0 : qos === 1 ? 1 : 2,
      bytes: this.remaining,
      seen: 0,
      topicBytes: 0,
      messageId: 0,
    };
    return undefined;
  }

  private isBody(): boolean {
    return this.state === 'pass' || this.state === 'skip';
  }

  private endHeader(passed: Buffer[], oversize: OversizePublish[]): void {
    if (this.state === 'pass') passed.push(Buffer.from(this.header));
    this.header = [];
    if (this.remaining === 0) this.endPacket(oversize);
  }

  /** Picks the message id out of the variable header: topic length, topic, then two bytes where QoS asks for them. */
  private skip(part: Buffer): void {
    const skipping = this.skipping;
    if (!skipping) return;
    for (let i = 0; i < part.length; i += 1) {
      const position = skipping.seen + i;
      const byte = part[i] ?? 0;
      if (position < 2) skipping.topicBytes = skipping.topicBytes * 256 + byte;
      else if (position < 2 + skipping.topicBytes)
        i = Math.max(i, 1 + skipping.topicBytes - skipping.seen);
      else if (position < 4 + skipping.topicBytes)
        skipping.messageId = skipping.messageId * 256 + byte;
      else break;
    }
    skipping.seen += part.length;
  }

  private endPacket(oversize: OversizePublish[]): void {
    if (this.skipping) {
      const { qos, bytes, messageId } = this.skipping;
      oversize.push({ qos, bytes, messageId: qos === 0 ? undefined : messageId });
    }
    this.skipping = undefined;
    this.state = 'header';
  }
}
