import { present } from '../../shared/kernel/assert.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import type { SimCentral } from './sim-central.ts';
import type { SimHub } from './sim-hub.ts';
import { GOOD_STREAM } from './stream.ts';
import { GOOD_LINE, type LineState } from './wan.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const HUB_FAULTS = [
  'hub-kill',
  'hub-power-cut',
  'hub-stopped',
  'hub-restored',
  'disk-full',
  'flush-fails',
  'clock-step',
  'line-cut',
  'line-one-way',
  'line-slow',
  'line-lossy',
  'stream-down',
  'stream-unanswered',
  'stream-lost',
] as const;
const CENTRAL_FAULTS = ['central-kill', 'central-stopped', 'shopper-blocked'] as const;
type HubFault = (typeof HUB_FAULTS)[number];

const CLOCK_STEPS_MS = [-7_200_000, -90_000, -2_000, 2_000, 90_000, 7_200_000];
const BACKUP_AGE_MINUTES = [5, 480] as const;
/** A power cut at closing time: nothing is sold after it. */
const CLOSING_CUT_SHARE = 0.2;

/** How often something happens, on average. */
export const HUB_FAULT_EVERY_MS = 8 * 60 * MINUTE_MS;
export const CENTRAL_FAULT_EVERY_MS = 4 * 60 * MINUTE_MS;

/** Does things to hubs and central until all is to be whole again. */
export class Faults {
  private readonly world: World;
  private readonly random: SeededRandom;
  private readonly hubs: readonly SimHub[];
  private readonly central: SimCentral;
  private readonly shoppers: readonly string[];
  private closesAtMs = 0;

  constructor(parts: {
    readonly world: World;
    readonly hubs: readonly SimHub[];
    readonly central: SimCentral;
    readonly shoppers: readonly string[];
  }) {
    this.world = parts.world;
    this.random = parts.world.random('faults');
    this.hubs = parts.hubs;
    this.central = parts.central;
    this.shoppers = parts.shoppers;
  }

  schedule(untilMs: number): void {
    this.closesAtMs = untilMs;
    for (const hub of this.hubs) {
      this.every(HUB_FAULT_EVERY_MS, untilMs, () => {
        this.strike(hub, this.oneOf(HUB_FAULTS));
      });
      if (this.random.next() < CLOSING_CUT_SHARE) {
        this.world.scheduler.after(untilMs, () => {
          this.cut(hub);
        });
      }
    }
    this.every(CENTRAL_FAULT_EVERY_MS, untilMs, () => {
      this.strikeCentral();
    });
  }

  /** Everything runs, lines and streams are good, clocks right, disks empty enough. */
  heal(): void {
    for (const hub of this.hubs) {
      hub.line.state = GOOD_LINE;
      hub.stream.state = GOOD_STREAM;
      hub.machine.skewMs = 0;
      hub.disk.clear();
      if (hub.disk.isFailing) hub.kill();
      hub.disk.isFailing = false;
      hub.process?.goOn();
      hub.start();
    }
    this.central.process?.goOn();
    this.central.start();
  }

  private every(meanMs: number, untilMs: number, strike: () => void): void {
    const { scheduler } = this.world;
    let atMs = 0;
    for (;;) {
      atMs += -Math.log(1 - this.random.next()) * meanMs;
      if (atMs >= untilMs) return;
      scheduler.after(atMs, strike);
    }
  }

  private strike(hub: SimHub, kind: HubFault): void {
    const { world } = this;
    world.fault(kind, hub.hubId);
    switch (kind) {
      case 'hub-kill':
        hub.kill();
        this.later(0, 30, () => {
          hub.start();
        });
        break;
      case 'hub-power-cut':
        this.cut(hub, false);
        break;
      case 'hub-stopped':
        hub.process?.standStill();
        this.later(0, 30, () => hub.process?.goOn());
        break;
      case 'hub-restored':
        this.restore(hub);
        break;
      case 'disk-full':
        hub.disk.fill();
        this.later(1, 60, () => {
          hub.disk.clear();
        });
        break;
      case 'flush-fails':
        hub.disk.isFailing = true;
        this.later(0, 10, () => {
          hub.disk.isFailing = false;
          hub.kill();
          hub.start();
        });
        break;
      case 'clock-step':
        hub.machine.skewMs = this.oneOf(CLOCK_STEPS_MS);
        this.later(1, 120, () => {
          hub.machine.skewMs = 0;
        });
        break;
      case 'line-cut':
        this.impair(hub, { blocked: ['to-central', 'to-hub'] });
        break;
      case 'line-one-way':
        this.impair(hub, { blocked: [this.oneOf(['to-central', 'to-hub'] as const)] });
        break;
      case 'line-slow':
        this.impair(hub, { delayMs: [200, 4_000] });
        break;
      case 'line-lossy':
        this.impair(hub, { lossShare: 0.3, repeatShare: 0.3 });
        break;
      case 'stream-down':
        hub.stream.state = { ...GOOD_STREAM, isUp: false };
        this.later(0, 60, () => {
          hub.stream.state = GOOD_STREAM;
        });
        break;
      case 'stream-lost':
        hub.stream.lose();
        break;
      case 'stream-unanswered':
        hub.stream.state = { ...GOOD_STREAM, unansweredShare: 0.3, lostShare: 0.2 };
        this.later(1, 60, () => {
          hub.stream.state = GOOD_STREAM;
        });
        break;
    }
  }

  private cut(hub: SimHub, isCounted = true): void {
    if (isCounted) this.world.fault('hub-power-cut', hub.hubId);
    hub.cutPower();
    this.later(0, 30, () => {
      hub.start();
    });
  }

  /** A backup is made, and some time later the disk is lost. */
  private restore(hub: SimHub): void {
    const { scheduler } = this.world;
    hub.disk.backUp();
    const afterMs = this.random.between(...BACKUP_AGE_MINUTES) * MINUTE_MS;
    scheduler.after(Math.min(afterMs, this.closesAtMs - scheduler.now), () => {
      hub.putBackUp();
      this.world.note('put back', hub.hubId);
      this.later(0, 60, () => {
        hub.start();
      });
    });
  }

  private impair(hub: SimHub, state: Partial<LineState>): void {
    hub.line.state = { ...GOOD_LINE, ...state };
    this.later(1, 180, () => {
      hub.line.state = GOOD_LINE;
    });
  }

  private strikeCentral(): void {
    const { central, world } = this;
    const kind = this.oneOf(CENTRAL_FAULTS);
    world.fault(kind, 'central');
    if (kind === 'central-kill') {
      central.kill();
      this.later(0, 20, () => {
        central.start();
      });
    } else if (kind === 'central-stopped') {
      central.process?.standStill();
      this.later(0, 10, () => central.process?.goOn());
    } else {
      const shopperId = this.oneOf(this.shoppers);
      void central.setBlocked(shopperId, true);
      this.later(10, 120, () => void central.setBlocked(shopperId, false));
    }
  }

  private later(leastMinutes: number, mostMinutes: number, work: () => void): void {
    const ms = this.random.between(leastMinutes, mostMinutes) * MINUTE_MS;
    this.world.scheduler.after(ms, work);
  }

  private oneOf<T>(all: readonly T[]): T {
    return present(all[this.random.below(all.length)], 'one of them');
  }
}
