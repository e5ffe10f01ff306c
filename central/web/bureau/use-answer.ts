import { useEffect, useState } from 'react';
import type { z } from 'zod';
import { ask, type HttpFailure } from '../../../shared/web/http.ts';

export interface Answer<T> {
  readonly value: T | undefined;
  readonly failure: HttpFailure | undefined;
  readonly reload: () => void;
}

/** Reads what does not change while one looks. @param path undefined as long as it is not known what to ask for */
export function useAnswer<T>(path: string | undefined, schema: z.ZodType<T>): Answer<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<HttpFailure>();
  const [round, setRound] = useState(0);

  useEffect(() => {
    let over = false;
    setValue(undefined);
    setFailure(undefined);
    const read = async (): Promise<void> => {
      if (path === undefined) return;
      const answer = await ask(path, schema);
      if (over) return;
      if (answer.ok) setValue(answer.value);
      else setFailure(answer.error);
    };
    void read();
    return () => {
      over = true;
    };
  }, [path, schema, round]);

  return { value, failure, reload: () => setRound((last) => last + 1) };
}
