import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { NOTHING_SAID, newId, pictureOf, type TestHub } from '../support/test-hub.ts';
import { LOAD_TERMINALS } from './hub-dir.ts';
import type { Acknowledged, Mark } from './mark.ts';

const COUNTERS = 6;
/** Of each 100 payments: agreed first and captured later, cancelled, given back in part, reversed, sent twice, refused. */
const SHARES = { later: 20, cancelled: 5, refunded: 10, reversed: 5, repeated: 5, refused: 5 };
const ENROL_EVERY = 60;
const ERASE_EVERY = 90;
const MAX_AMOUNT_MINOR = 5_000;

type Asked = Pick<Acknowledged, 'requestId' | 'paymentId' | 'move'> & { amountMinor: bigint };

export interface Person {
  readonly name: string;
  readonly shopperId: string;
}

/** Counters of a street that take payments, give some back, enrol and erase people, all at once. */
export class ShopDay {
  private readonly hub: TestHub;
  private readonly random: SeededRandom;
  private readonly mark: (made: Mark) => void;
  private left: number;
  private readonly people: Person[];

  /** @param parts.mark is told of everything that the hub has answered for, at once */
  constructor(parts: {
    readonly hub: TestHub;
    readonly random: SeededRandom;
    readonly mark: (made: Mark) => void;
    readonly payments: number;
    /** Who is enrolled; changed here. */
    readonly people: Person[];
  }) {
    this.hub = parts.hub;
    this.random = parts.random;
    this.mark = parts.mark;
    this.left = parts.payments;
    this.people = parts.people;
  }

  async play(): Promise<void> {
    if (this.people.length === 0) await this.enrolSomebody();
    await Promise.all(Array.from({ length: COUNTERS }, (_, counter) => this.serve(counter)));
  }

  private async serve(counter: number): Promise<void> {
    const terminalId = LOAD_TERMINALS[counter % LOAD_TERMINALS.length] ?? LOAD_TERMINALS[0];
    while (this.left > 0) {
      this.left -= 1;
      if (this.left % ENROL_EVERY === 0) await this.enrolSomebody();
      if (this.left % ERASE_EVERY === 0) await this.eraseSomebody();
      await this.takePayment(terminalId);
    }
  }

  private async takePayment(terminalId: string): Promise<void> {
    const { random } = this;
    const draw = random.below(100);
    const later = draw < SHARES.later;
    const person = this.people[random.below(this.people.length)]?.name ?? 'nobody';
    const amountMinor = BigInt(1 + random.below(MAX_AMOUNT_MINOR));
    const paymentId = newId();
    const requestId = newId();
    const payload = this.hub.probe(terminalId, {
      version: 3,
      ...(later && { capture: 'later' }),
      requestId,
      paymentId,
      amountMinor,
      picture: pictureOf(random.below(100) < SHARES.refused ? 'stranger' : person),
    });
    const looked = { requestId, paymentId, amountMinor };
    const done = await this.send(terminalId, payload, {
      ...looked,
      move: later ? 'authorise' : 'capture',
    });
    if (random.below(100) < SHARES.repeated) {
      await this.send(terminalId, payload, { ...looked, move: later ? 'authorise' : 'capture' });
    }
    if (!done) return;
    if (later) {
      const move = draw < SHARES.cancelled ? 'cancel' : 'capture';
      const moved = await this.move(terminalId, move, looked);
      if (!moved || move === 'cancel') return;
    }
    await this.giveBack(terminalId, looked);
  }

  private async giveBack(terminalId: string, payment: Omit<Asked, 'move'>): Promise<void> {
    const draw = this.random.below(100);
    if (draw < SHARES.reversed) await this.move(terminalId, 'reverse', payment);
    else if (draw < SHARES.reversed + SHARES.refunded) {
      const part = BigInt(1 + this.random.below(Number(payment.amountMinor)));
      await this.move(terminalId, 'refund', { ...payment, amountMinor: part });
    }
  }

  private move(
    terminalId: string,
    move: 'capture' | 'refund' | 'reverse' | 'cancel',
    { paymentId, amountMinor }: Omit<Asked, 'move'>,
  ): Promise<boolean> {
    const asked = { requestId: newId(), paymentId, amountMinor, move };
    const payload = this.hub.move(terminalId, `payment.${move}`, asked);
    return this.send(terminalId, payload, asked);
  }

  /** @returns whether the terminal was told that it is done */
  private async send(terminalId: string, payload: Uint8Array, asked: Asked): Promise<boolean> {
    const text = await this.hub.context.handler.handle(terminalId, payload);
    const reply = terminalReplySchema.parse(JSON.parse(text));
    if (!isDone(reply)) return false;
    const { requestId, paymentId, move, amountMinor } = asked;
    this.mark({
      kind: 'acknowledged',
      requestId,
      paymentId,
      move,
      amountMinor: amountMinor.toString(),
      reference: reply.data.receipt?.reference ?? null,
    });
    return true;
  }

  private async enrolSomebody(): Promise<void> {
    const name = `person-${newId()}`;
    const enrolled = await this.hub.context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf(name)],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    if (!enrolled.ok) return;
    const { shopperId } = enrolled.value;
    this.mark({ kind: 'enrolled', shopperId });
    this.people.push({ name, shopperId });
  }

  private async eraseSomebody(): Promise<void> {
    if (this.people.length < 2) return;
    const person = this.people.shift();
    if (!person || !(await this.hub.context.enrolment.erase(person.shopperId))) return;
    this.mark({ kind: 'erased', shopperId: person.shopperId });
  }
}

type Done = Extract<TerminalReply, { type: 'payment.result' | 'payment.state' }>;

function isDone(reply: TerminalReply): reply is Done {
  if (reply.type === 'payment.state') return true;
  if (reply.type !== 'payment.result') return false;
  return reply.data.outcome === 'paid' || reply.data.outcome === 'authorised';
}
