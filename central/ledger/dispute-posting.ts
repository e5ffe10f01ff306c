import type { Money } from '../../shared/domain/money.ts';
import type { CityPosting } from './city-entry.ts';

interface Disputed extends Money {
  readonly merchantId: string;
  readonly shopperId: string;
}

/** Compensate first: the fund gives the shopper the money, and the merchant's share is held. */
export function postingsOfOpened(dispute: Disputed): CityPosting[] {
  const { merchantId, shopperId, amountMinor, currency } = dispute;
  const money = { amountMinor, currency };
  return [
    { debit: 'fund:risk', credit: `receivable:shopper:${shopperId}`, ...money },
    { debit: `payable:merchant:${merchantId}`, credit: `held:merchant:${merchantId}`, ...money },
  ];
}

/** The shopper is right: what was held of the merchant goes to the fund, which gave it. */
export function postingsOfUpheld({ merchantId, amountMinor, currency }: Disputed): CityPosting[] {
  return [{ debit: `held:merchant:${merchantId}`, credit: 'fund:risk', amountMinor, currency }];
}

/**
 * The merchant is right and is owed it again; the shopper owes what the fund gave.
 *
 * @param dispute.goodwill the fund bears it
 */
export function postingsOfDismissed(
  dispute: Disputed & { readonly goodwill: boolean },
): CityPosting[] {
  const { merchantId, shopperId, amountMinor, currency, goodwill } = dispute;
  const money = { amountMinor, currency };
  const released: CityPosting = {
    debit: `held:merchant:${merchantId}`,
    credit: `payable:merchant:${merchantId}`,
    ...money,
  };
  if (goodwill) return [released];
  return [released, { debit: `receivable:shopper:${shopperId}`, credit: 'fund:risk', ...money }];
}

/** The city or an insurer pays into the fund. */
export function postingsOfFundPayment({ amountMinor, currency }: Money): CityPosting[] {
  return [{ debit: 'cash:settlement', credit: 'fund:risk', amountMinor, currency }];
}
