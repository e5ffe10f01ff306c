import { z } from 'zod';

/** What shops deal in, as the bureau compares them. */
export const TRADES = [
  'food',
  'drinks',
  'clothing',
  'crafts',
  'groceries',
  'beauty',
  'leisure',
  'services',
  'other',
] as const;
export const tradeSchema = z.enum(TRADES);
export type Trade = z.infer<typeof tradeSchema>;
