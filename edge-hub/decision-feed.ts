import type { Decision } from '../shared/contracts/http-hub.ts';

type Listener = (decision: Decision) => void;

const KEPT = 200;

/** The last decisions and refusals, for the pages. Nothing in them says who looked. */
export class DecisionFeed {
  private readonly recent: Decision[] = [];
  private readonly listeners = new Set<Listener>();

  publish(decision: Decision): void {
    this.recent.unshift(decision);
    this.recent.length = Math.min(this.recent.length, KEPT);
    for (const listener of this.listeners) listener(decision);
  }

  /** Newest first. */
  latest(limit: number): readonly Decision[] {
    return this.recent.slice(0, limit);
  }

  /** Returns the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
