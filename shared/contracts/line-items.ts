import { z } from 'zod';

/** Most items of one payment. */
export const MAX_ITEMS = 40;

/**
 * What was bought, as the shop calls it: names or codes of goods, one each, without amounts. Of nobody in particular: it is
 * kept for what sells together, and never with the shopper.
 */
export const lineItemsSchema = z
  // nothing is trimmed: the signature is over what was sent
  .array(
    z
      .string()
      .max(40)
      .regex(/^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u),
  )
  .min(1)
  .max(MAX_ITEMS)
  .readonly();

/** The line of a signing input that binds the items to the payment; none where there are none. */
export function itemsLine(items: readonly string[] | undefined): string[] {
  return items === undefined ? [] : [`items ${JSON.stringify(items)}`];
}
