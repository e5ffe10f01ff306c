import type { FundingSourceName } from '../../shared/contracts/http-funding.ts';
import { AlipayFunding, type AlipaySettings } from './alipay-funding.ts';
import { FundingDesk, type FundingDeskParts } from './funding-desk.ts';
import { FundingLoop, type FundingLoopParts } from './funding-loop.ts';
import type { FundingSource } from './funding-source.ts';
import { WalletFunding } from './wallet-funding.ts';

/** How payments in are taken on, and carried out. */
export interface Funding {
  readonly desk: FundingDesk;
  readonly loop: FundingLoop;
}

const EVERY_MS = 1_000;
/** Beyond what a source may take: a return is up to two questions. */
const LEASE_TIMEOUTS = 3;
const LEAST_LEASE_MS = 10_000;

/** @param alipay undefined: money comes in by the wallet alone */
export function createFunding(
  parts: Pick<FundingDeskParts & FundingLoopParts, 'database' | 'clock' | 'newId' | 'events'>,
  alipay: AlipaySettings | undefined,
): Funding {
  const sources = new Map<FundingSourceName, FundingSource>([['wallet', new WalletFunding()]]);
  if (alipay) sources.set('alipay', new AlipayFunding(alipay));
  const leaseMs = Math.max(LEAST_LEASE_MS, LEASE_TIMEOUTS * (alipay?.timeoutMs ?? 0));
  const loop = new FundingLoop({ ...parts, sources, everyMs: EVERY_MS, leaseMs });
  return { desk: new FundingDesk({ ...parts, sources, loop }), loop };
}
