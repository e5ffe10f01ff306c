import { createHash } from 'node:crypto';
import { type IdMaker, uuidV7 } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { Timers } from '../../shared/kernel/timers.ts';
import { Scheduler } from './scheduler.ts';

/** When a simulation begins. */
const EPOCH_MS = Date.parse('2026-03-02T06:00:00Z');

/** What all machines of a run share: time, chance, and the log of what happened. */
export class World {
  readonly scheduler = new Scheduler();
  readonly seed: number;
  readonly faults = new Map<string, number>();
  private readonly log = createHash('sha256');
  private readonly tell: ((line: string) => void) | undefined;

  /** @param tell is given each line of the log */
  constructor(seed: number, tell?: (line: string) => void) {
    this.seed = seed;
    this.tell = tell;
  }

  /** An independent source of chance. */
  random(part: string): SeededRandom {
    return new SeededRandom(this.seed, part);
  }

  note(...words: readonly (string | number | bigint)[]): void {
    const line = `${this.scheduler.now.toFixed(3)} ${words.join(' ')}`;
    this.log.update(`${line}\n`);
    this.tell?.(line);
  }

  fault(kind: string, victim: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.note('fault', kind, victim);
  }

  /** sha256 of all that was noted; the log ends with it. */
  digest(): string {
    return this.log.digest('hex');
  }
}

/** The clock of a machine, which may be wrong. */
export class Machine {
  readonly name: string;
  readonly world: World;
  readonly random: SeededRandom;
  /** How far its clock is off, milliseconds. */
  skewMs = 0;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.random = world.random(name);
  }
}

/** A process on simulated time. What it waits for ends with it; while it stands still nothing of it runs. */
export class SimProcess implements Timers, Clock {
  readonly machine: Machine;
  readonly newId: IdMaker;
  private readonly startedAtMs: number;
  private alive = true;
  private standing: (() => void)[] | undefined;

  constructor(machine: Machine) {
    this.machine = machine;
    this.startedAtMs = machine.world.scheduler.now;
    this.newId = () => uuidV7(this.now(), randomBytes(machine.random, 10));
  }

  get isAlive(): boolean {
    return this.alive;
  }

  now(): number {
    return EPOCH_MS + Math.floor(this.machine.world.scheduler.now) + this.machine.skewMs;
  }

  monotonic(): number {
    return this.machine.world.scheduler.now - this.startedAtMs;
  }

  after(ms: number, work: () => void): () => void {
    let cancelled = false;
    const run = (): void => {
      if (!this.alive || cancelled) return;
      if (this.standing) this.standing.push(run);
      else work();
    };
    const cancel = this.machine.world.scheduler.after(ms, run);
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Ends it at once: nothing of it runs any more. */
  kill(): void {
    this.alive = false;
    this.standing = undefined;
  }

  standStill(): void {
    this.standing ??= [];
  }

  goOn(): void {
    const { standing } = this;
    this.standing = undefined;
    // in turn, as they came
    for (const run of standing ?? []) this.machine.world.scheduler.after(0, run);
  }
}

export function randomBytes(random: SeededRandom, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}
