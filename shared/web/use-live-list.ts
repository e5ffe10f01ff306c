import { useEffect, useState } from 'react';
import type { z } from 'zod';

/** Newest rows a page keeps of a stream that never ends. */
const KEPT_ROWS = 200;

export interface LiveList<T> {
  readonly rows: readonly T[];
  readonly state: 'opening' | 'live' | 'broken';
}

interface LiveSource<T> {
  readonly path: string;
  /** Name of the server-sent events that carry a row. */
  readonly event: string;
  readonly schema: z.ZodType<T>;
  readonly idOf: (row: T) => string;
  /** What was there before the stream opened, newest first. */
  readonly earlier: readonly T[] | undefined;
}

function merge<T>(newer: readonly T[], older: readonly T[], idOf: (row: T) => string): T[] {
  const seen = new Set<string>();
  const rows: T[] = [];
  for (const row of [...newer, ...older]) {
    const id = idOf(row);
    if (seen.has(id)) continue;
    seen.add(id);
    rows.push(row);
  }
  return rows.slice(0, KEPT_ROWS);
}

/** Rows as a server-sent event stream brings them, newest first; the browser reconnects by itself. */
export function useLiveList<T>({ path, event, schema, idOf, earlier }: LiveSource<T>): LiveList<T> {
  const [arrived, setArrived] = useState<readonly T[]>([]);
  const [state, setState] = useState<LiveList<T>['state']>('opening');

  useEffect(() => {
    const source = new EventSource(path, { withCredentials: true });
    source.onopen = () => setState('live');
    source.onerror = () => setState('broken');
    const take = (message: MessageEvent<string>): void => {
      const parsed = schema.safeParse(JSON.parse(message.data));
      if (parsed.success) setArrived((rows) => merge([parsed.data], rows, idOf));
    };
    source.addEventListener(event, take);
    return () => source.close();
  }, [path, event, schema, idOf]);

  return { rows: merge(arrived, earlier ?? [], idOf), state };
}
