import type { Clock } from '../../shared/kernel/clock.ts';
import type { Lazily } from '../db/database.ts';
import type { AllowanceStore } from './allowance-store.ts';

/** How often the time is kept on disk: what a restart may take away from the 72 hours, never add to them. */
const KEEP_MS = 60_000;

/**
 * When central was heard last. Within a run durations are monotonic, so that a clock which is set does not matter; across
 * a restart the wall clock is all there is.
 */
export class CentralContact {
  private readonly store: AllowanceStore;
  private readonly clock: Clock;
  private readonly lazily: Lazily;
  private up = false;
  private heardIso: string | undefined;
  private heardAtMonotonic: number | undefined;
  private keptAtMonotonic = -Infinity;
  /** Called when central is heard again after it was not. */
  onBack: () => void = () => undefined;

  constructor(parts: {
    readonly store: AllowanceStore;
    readonly clock: Clock;
    readonly lazily: Lazily;
  }) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.lazily = parts.lazily;
    this.heardIso = parts.store.heardAt();
  }

  /** Central has answered, and this hub is up to date with it. Not inside a transaction. */
  heard(): void {
    const wasUp = this.up;
    const now = this.clock.monotonic();
    this.up = true;
    this.heardAtMonotonic = now;
    this.heardIso = new Date(this.clock.now()).toISOString();
    if (now - this.keptAtMonotonic >= KEEP_MS) {
      this.keptAtMonotonic = now;
      this.lazily(() => {
        this.keep();
      });
    }
    if (!wasUp) this.onBack();
  }

  /** Central did not answer in time: it is not asked again before it was heard. */
  lost(): void {
    this.up = false;
  }

  /** Keeps the time on disk, in the caller's transaction. */
  keep(): void {
    if (this.heardIso !== undefined) this.store.keepHeard(this.heardIso);
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Milliseconds since central was heard; infinite where it never was. */
  get offlineMs(): number {
    if (this.heardAtMonotonic !== undefined) return this.clock.monotonic() - this.heardAtMonotonic;
    if (this.heardIso === undefined) return Infinity;
    return Math.max(0, this.clock.now() - Date.parse(this.heardIso));
  }

  /** Names the time since which central is not heard; RFC 3339. */
  get since(): string {
    return this.heardIso ?? '';
  }
}
