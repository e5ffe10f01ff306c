import { useCallback, useEffect, useState } from 'react';
import { type Merchant, merchantListSchema } from '../../../shared/contracts/http-merchants.ts';
import { ask, type HttpAnswer, type HttpFailure } from '../../../shared/web/http.ts';
import type { Polled } from '../../../shared/web/use-polled.ts';

/** What central gives at most at once; a city has more merchants than that. */
const PAGE = 200;
const PAGES_AT_MOST = 50;

/** All merchants that whoever looks may see, read now and every `everyMs` while the page can be seen. */
export function useMerchants(everyMs: number): Polled<readonly Merchant[]> {
  const [value, setValue] = useState<readonly Merchant[]>();
  const [failure, setFailure] = useState<HttpFailure>();
  const [round, setRound] = useState(0);

  useEffect(() => {
    let over = false;
    const read = async (): Promise<void> => {
      const answer = await allMerchants(() => over);
      if (over) return;
      if (answer.ok) setValue(answer.value);
      setFailure(answer.ok ? undefined : answer.error);
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, everyMs);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [everyMs, round]);

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { value, failure, reload };
}

async function allMerchants(isOver: () => boolean): Promise<HttpAnswer<readonly Merchant[]>> {
  const found: Merchant[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_AT_MOST && !isOver(); page += 1) {
    const from: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const answer = await ask(`/api/merchants?limit=${PAGE}${from}`, merchantListSchema);
    if (!answer.ok) return answer;
    found.push(...answer.value.merchants);
    after = answer.value.nextCursor;
    if (after === null) break;
  }
  return { ok: true, value: found };
}
