/** Waiting as the program does it. Passed in where a simulation owns the time, so that a day passes in seconds. */
export interface Timers {
  /**
   * Runs `work` once, after so many milliseconds; with 0 after the caller's own work and what follows from it at once.
   *
   * @returns cancels it
   */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  after: (ms, work) => {
    if (ms === 0) {
      const immediate = setImmediate(work);
      return () => {
        clearImmediate(immediate);
      };
    }
    const timer = setTimeout(work, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after so many milliseconds, or at once when the signal is given. */
export function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal?.addEventListener('abort', end);
  });
}
