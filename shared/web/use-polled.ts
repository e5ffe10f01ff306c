import { useCallback, useEffect, useState } from 'react';
import type { z } from 'zod';
import { ask, type HttpAnswer, type HttpFailure } from './http.ts';

export interface Polled<T> {
  /** Undefined until the first answer; kept while later ones fail. */
  readonly value: T | undefined;
  readonly failure: HttpFailure | undefined;
  readonly reload: () => void;
}

/** Reads a path now and every `everyMs` while the page can be seen. */
export function usePolled<T>(path: string, schema: z.ZodType<T>, everyMs: number): Polled<T> {
  const read = useCallback(() => ask(path, schema), [path, schema]);
  return usePolling(read, everyMs);
}

/**
 * Reads something now and every `everyMs` while the page can be seen.
 *
 * @param read the same function until something else is to be read
 */
export function usePolling<T>(read: () => Promise<HttpAnswer<T>>, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<HttpFailure>();
  const [round, setRound] = useState(0);

  useEffect(() => {
    let over = false;
    const again = async (): Promise<void> => {
      const answer = await read();
      if (over) return;
      if (answer.ok) setValue(answer.value);
      setFailure(answer.ok ? undefined : answer.error);
    };
    void again();
    const timer = setInterval(() => {
      if (!document.hidden) void again();
    }, everyMs);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [read, everyMs, round]);

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { value, failure, reload };
}
