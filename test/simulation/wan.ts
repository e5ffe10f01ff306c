import type { LinkMessage, MessageLink } from '../../shared/kernel/message-link.ts';
import type { Machine, SimProcess } from './world.ts';

export type Direction = 'to-central' | 'to-hub';

/** How a hub's line to central is. */
export interface LineState {
  readonly blocked: readonly Direction[];
  readonly delayMs: readonly [number, number];
  readonly lossShare: number;
  readonly repeatShare: number;
}

export const GOOD_LINE: LineState = {
  blocked: [],
  delayMs: [5, 60],
  lossShare: 0,
  repeatShare: 0,
};

/** A hub's line to central. */
export class Line {
  state: LineState = GOOD_LINE;
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get isWhole(): boolean {
    return this.state.blocked.length === 0;
  }

  delay(): number {
    return this.machine.random.between(...this.state.delayMs);
  }

  /** Carries something across, or loses it, or carries it twice. */
  carry(direction: Direction, deliver: () => void): void {
    const { blocked, lossShare, repeatShare } = this.state;
    const { random, world } = this.machine;
    if (blocked.includes(direction) || random.next() < lossShare) return;
    world.scheduler.after(this.delay(), deliver);
    if (random.next() < repeatShare) world.scheduler.after(this.delay(), deliver);
  }
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

interface Subscriber {
  readonly process: SimProcess;
  readonly subject: RegExp;
  readonly callback: (error: Error | null, message: LinkMessage) => void;
}

/** Subjects between hubs and central: questions, answers and nudges, of which none is promised to arrive. */
export class Wan {
  private readonly lines = new Map<string, Line>();
  private subscribers: Subscriber[] = [];

  addLine(machine: Machine): Line {
    const line = new Line(machine);
    this.lines.set(machine.name, line);
    return line;
  }

  line(hubId: string): Line {
    const line = this.lines.get(hubId);
    if (!line) throw new Error(`no line of ${hubId}`);
    return line;
  }

  /** The connection of a process: of a hub to central, or of central to the hub that the subject names. */
  linkOf(process: SimProcess, side: 'hub' | 'central'): MessageLink {
    const direction = side === 'hub' ? 'to-central' : 'to-hub';
    return {
      request: (subject, payload, { timeout }) =>
        this.ask({ process, direction, subject, payload, timeout }),
      subscribe: (subject, { callback }) => this.listen(process, subject, callback),
      publish: (subject) => {
        this.line(hubOf(subject)).carry(direction, () => {
          this.deliver(subject, 'null', () => undefined);
        });
      },
    };
  }

  private ask(question: {
    readonly process: SimProcess;
    readonly direction: Direction;
    readonly subject: string;
    readonly payload: string;
    readonly timeout: number;
  }): Promise<Pick<LinkMessage, 'json'>> {
    const { process, direction, subject, payload, timeout } = question;
    const line = this.line(hubOf(subject));
    const back = direction === 'to-hub' ? 'to-central' : 'to-hub';
    return new Promise((resolve, reject) => {
      const giveUp = process.after(timeout, () => {
        reject(new NoAnswerError(subject));
      });
      const answer = (text: string): void => {
        line.carry(back, () => {
          process.after(0, () => {
            giveUp();
            resolve({ json: (): unknown => JSON.parse(text) });
          });
        });
      };
      line.carry(direction, () => {
        this.deliver(subject, payload, answer);
      });
    });
  }

  private listen(
    process: SimProcess,
    subject: string,
    callback: Subscriber['callback'],
  ): { unsubscribe(): void } {
    const pattern = new RegExp(`^${subject.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`);
    const subscriber = { process, subject: pattern, callback };
    this.subscribers = [...this.subscribers.filter((each) => each.process.isAlive), subscriber];
    return {
      unsubscribe: () => {
        this.subscribers = this.subscribers.filter((each) => each !== subscriber);
      },
    };
  }

  private deliver(subject: string, payload: string, answer: (text: string) => void): void {
    for (const { process, subject: pattern, callback } of this.subscribers) {
      if (!process.isAlive || !pattern.test(subject)) continue;
      process.after(0, () => {
        callback(null, {
          subject,
          json: (): unknown => JSON.parse(payload),
          respond: (text = '') => {
            answer(text);
            return true;
          },
        });
      });
    }
  }
}

/** Every subject across the line names its hub second. */
function hubOf(subject: string): string {
  return subject.split('.')[1] ?? '';
}
