import { type Merchant, merchantListSchema } from '../../../shared/contracts/http-merchants.ts';
import { ask, type HttpAnswer } from '../../../shared/web/http.ts';
import { type Polled, usePolling } from '../../../shared/web/use-polled.ts';

/** What central gives at most at once; a city has more merchants than that. */
const PAGE = 200;
const PAGES_AT_MOST = 50;

/** All merchants that whoever looks may see, read now and every `everyMs` while the page can be seen. */
export function useMerchants(everyMs: number): Polled<readonly Merchant[]> {
  return usePolling(allMerchants, everyMs);
}

async function allMerchants(): Promise<HttpAnswer<readonly Merchant[]>> {
  const found: Merchant[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const from: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const answer = await ask(`/api/merchants?limit=${PAGE}${from}`, merchantListSchema);
    if (!answer.ok) return answer;
    found.push(...answer.value.merchants);
    after = answer.value.nextCursor;
    if (after === null) break;
  }
  return { ok: true, value: found };
}
