import type { Money } from '../../shared/domain/money.ts';
import type { CityAccount, CityPosting } from './city-entry.ts';

interface Funded extends Money {
  readonly shopperId: string;
  readonly clearing: CityAccount;
}

/** A source has taken a shopper's money for the city: the shopper owes less, the source owes it. */
export function postingsOfPaidIn({ shopperId, clearing, ...money }: Funded): CityPosting[] {
  const { amountMinor, currency } = money;
  return [{ debit: clearing, credit: `receivable:shopper:${shopperId}`, amountMinor, currency }];
}

/** A source has given it back: the shopper owes more, the source owes less. */
export function postingsOfPaidBack({ shopperId, clearing, ...money }: Funded): CityPosting[] {
  const { amountMinor, currency } = money;
  return [{ debit: `receivable:shopper:${shopperId}`, credit: clearing, amountMinor, currency }];
}
