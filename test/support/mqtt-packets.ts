/** MQTT 3.1.1 packets as bytes, written from the specification and not by the library that the broker reads with. */

/** Section 2.2.3. */
function remainingLength(length: number): number[] {
  const low = length % 128;
  return length < 128 ? [low] : [low | 0x80, ...remainingLength(Math.floor(length / 128))];
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function connectPacket(clientId: string): Buffer {
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 5]), text(clientId)]);
  return Buffer.concat([Buffer.from([0x10, ...remainingLength(body.length)]), body]);
}

export const PINGREQ = Buffer.from([0xc0, 0]);

/** A PUBLISH up to where its payload of so many bytes begins. */
export function publishHead(publish: {
  readonly topic: string;
  readonly payloadBytes: number;
  readonly qos: 0 | 1 | 2;
  readonly messageId: number;
}): Buffer {
  const { topic, payloadBytes, qos, messageId } = publish;
  const id = qos === 0 ? [] : [messageId >> 8, messageId & 0xff];
  const body = Buffer.concat([text(topic), Buffer.from(id)]);
  const length = remainingLength(body.length + payloadBytes);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1), ...length]), body]);
}
