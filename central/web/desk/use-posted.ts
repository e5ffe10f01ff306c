import { useState } from 'react';
import type { z } from 'zod';
import { ask, type HttpFailure, jsonPost } from '../../../shared/web/http.ts';

export interface Posted {
  readonly busy: boolean;
  readonly failure: HttpFailure | undefined;
  /** @returns whether it was done */
  readonly post: <T>(path: string, schema: z.ZodType<T>, body: object) => Promise<boolean>;
}

/** Sends one change at a time and keeps what went wrong with the last. @param onDone after each that was done */
export function usePosted(onDone: () => void): Posted {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<HttpFailure>();
  return {
    busy,
    failure,
    post: async (path, schema, body) => {
      setBusy(true);
      const answer = await ask(path, schema, jsonPost(body));
      setBusy(false);
      setFailure(answer.ok ? undefined : answer.error);
      if (answer.ok) onDone();
      return answer.ok;
    },
  };
}
