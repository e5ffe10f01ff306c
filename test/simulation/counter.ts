import { present } from '../../shared/kernel/assert.ts';
import { pause } from '../../shared/kernel/timers.ts';
import type { TerminalReply, TerminalRequest } from './hub-desk.ts';
import type { Journal } from './journal.ts';
import type { SimHub } from './sim-hub.ts';
import { type Machine, SimProcess } from './world.ts';

const MAX_AMOUNT_MINOR = 5_000;
const LAN_MS = [1, 30] as const;
const LAN_LOSS = 0.02;
const LAN_REPEATS = 0.01;
const ANSWER_LIMIT_MS = 5_000;
const RETRY_MS = { first: 2_000, most: 300_000 };
/** Of each 100 sales: agreed first and captured later, cancelled, forgotten, given back in part, reversed. */
const SHARES = { later: 20, cancelled: 3, forgotten: 3, refunded: 8, reversed: 4 };

/** A shop's counter: its terminal sells one thing after another, tries again until it is told, and remembers all. */
export class Counter {
  private readonly terminalId: string;
  private readonly machine: Machine;
  private readonly terminal: SimProcess;
  private readonly hub: SimHub;
  private readonly shoppers: readonly string[];
  private readonly journal: Journal;
  private readonly retriesAnew: boolean;

  constructor(parts: {
    readonly machine: Machine;
    readonly hub: SimHub;
    readonly shoppers: readonly string[];
    readonly journal: Journal;
    /** Tries again under a new id: planted. */
    readonly retriesAnew: boolean;
  }) {
    this.terminalId = parts.machine.name;
    this.machine = parts.machine;
    this.terminal = new SimProcess(parts.machine);
    this.hub = parts.hub;
    this.shoppers = parts.shoppers;
    this.journal = parts.journal;
    this.retriesAnew = parts.retriesAnew;
  }

  /** @param pauseMs between two sales, on average */
  async open(untilMs: number, pauseMs: number): Promise<void> {
    const { random, world } = this.machine;
    for (;;) {
      await pause(this.terminal, -Math.log(1 - random.next()) * pauseMs);
      if (world.scheduler.now > untilMs) return;
      await this.sell();
    }
  }

  private async sell(): Promise<void> {
    const { random } = this.machine;
    const { newId } = this.terminal;
    const draw = random.below(100);
    const sale = newId();
    const paid = await this.ask(
      {
        kind: 'pay',
        requestId: newId(),
        paymentId: newId(),
        terminalId: this.terminalId,
        amountMinor: BigInt(1 + random.below(MAX_AMOUNT_MINOR)),
        shopperId: present(this.shoppers[random.below(this.shoppers.length)], 'a shopper'),
        captureLater: draw < SHARES.later,
      },
      sale,
    );
    if (!paid) return;
    if (draw < SHARES.later) {
      if (draw < SHARES.forgotten) return;
      await pause(this.terminal, random.between(1_000, 120_000));
      const kind = draw < SHARES.forgotten + SHARES.cancelled ? 'cancel' : 'capture';
      if (!(await this.move(kind, paid)) || kind === 'cancel') return;
    }
    const after = random.below(100);
    await pause(this.terminal, random.between(1_000, 600_000));
    if (after < SHARES.reversed) await this.move('reverse', paid);
    else if (after < SHARES.reversed + SHARES.refunded) {
      const part = BigInt(1 + random.below(Number(paid.amountMinor)));
      await this.move('refund', { ...paid, amountMinor: part });
    }
  }

  private move(
    kind: 'capture' | 'refund' | 'reverse' | 'cancel',
    { paymentId, amountMinor, terminalId }: TerminalRequest,
  ): Promise<TerminalRequest | undefined> {
    const requestId = this.terminal.newId();
    return this.ask({ kind, requestId, paymentId, terminalId, amountMinor });
  }

  /** Asks until it is known what became of it. @returns the request where it was done */
  private async ask(first: TerminalRequest, sale?: string): Promise<TerminalRequest | undefined> {
    const { journal, terminal, hub, machine } = this;
    let request = first;
    for (let waitMs = RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, RETRY_MS.most)) {
      if (sale !== undefined) journal.saleOf.set(request.paymentId, sale);
      const reply = await this.send(request);
      if (reply?.outcome === 'done') {
        const { requestId, paymentId, amountMinor } = request;
        const kind = reply.move;
        journal.acknowledged.push({ hubId: hub.hubId, requestId, paymentId, kind, amountMinor });
        machine.world.note('told', this.terminalId, kind, paymentId, amountMinor);
        return request;
      }
      if (reply?.outcome === 'refused') {
        journal.refused += 1;
        machine.world.note('refused', this.terminalId, reply.code);
        return undefined;
      }
      await pause(terminal, waitMs);
      if (this.retriesAnew && request.kind === 'pay') {
        request = { ...request, requestId: terminal.newId(), paymentId: terminal.newId() };
      }
    }
  }

  /** Once over the shop's network; undefined where no answer came. */
  private send(request: TerminalRequest): Promise<TerminalReply | undefined> {
    const { terminal } = this;
    return new Promise((resolve) => {
      const giveUp = terminal.after(ANSWER_LIMIT_MS, () => {
        resolve(undefined);
      });
      this.carry(() => {
        this.hub.process?.after(0, () => {
          void this.serve(request, (reply) => {
            giveUp();
            resolve(reply);
          });
        });
      });
    });
  }

  private async serve(
    request: TerminalRequest,
    answered: (reply: TerminalReply) => void,
  ): Promise<void> {
    const reply = await this.hub.desk?.handle(request);
    if (!reply) return;
    this.carry(() => {
      answered(reply);
    });
  }

  private carry(deliver: () => void): void {
    const { random, world } = this.machine;
    if (random.next() < LAN_LOSS) return;
    world.scheduler.after(random.between(...LAN_MS), deliver);
    if (random.next() < LAN_REPEATS) world.scheduler.after(random.between(...LAN_MS), deliver);
  }
}
