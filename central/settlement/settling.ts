import type { BankDesk } from './bank-desk.ts';
import type { DailySettlement } from './daily-settlement.ts';
import type { Settlement } from './settlement.ts';

/** What there is where a bank is set: without one, nobody is paid out. */
export interface Settling {
  readonly settlement: Settlement;
  readonly desk: BankDesk;
  readonly daily: DailySettlement;
}
