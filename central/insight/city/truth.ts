import { z } from 'zod';
import { nameSchema, uuidSchema } from '../../../shared/contracts/primitives.ts';

const daySchema = z.iso.date();

/** What was planted in a simulated city, to be found again. */
export const cityTruthSchema = z.object({
  seed: z.number().int(),
  from: daySchema,
  /** The last day, a Sunday. */
  to: daySchema,
  payments: z.number().int(),
  /** Tourists come to some streets for a week: so many times the usual payments. */
  peak: z.object({
    streets: z.array(nameSchema),
    from: daySchema,
    to: daySchema,
    factor: z.number(),
  }),
  /** A shop whose regulars stay away, one after another. */
  dying: z.object({ street: nameSchema, merchant: nameSchema, from: daySchema }),
  /** Two shops that most people of their street buy at. */
  sharing: z.object({ street: nameSchema, shops: z.tuple([nameSchema, nameSchema]) }),
  /** A hub without its link: payments of an evening were booked the next morning. */
  outage: z.object({ street: nameSchema, day: daySchema, hours: z.number() }),
  /**
   * A shop's campaign, with how many payments it has brought besides those that came anyway, and on how many days somebody
   * who had bought there in the weeks before came only because of it.
   */
  campaign: z.object({
    campaignId: uuidSchema,
    merchant: nameSchema,
    from: daySchema,
    to: daySchema,
    brought: z.number().int(),
    broughtDays: z.number().int(),
  }),
  /** Which companies fail after the last day. */
  companies: z.array(z.object({ merchant: nameSchema, failed: z.boolean() })),
});
export type CityTruth = z.infer<typeof cityTruthSchema>;
