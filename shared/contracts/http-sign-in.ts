import { z } from 'zod';
import { nameSchema } from './primitives.ts';

/** Who is signed in at central. */
export const signedInSchema = z.object({
  role: z.enum(['operator', 'administrator', 'analyst', 'owner', 'cashier']),
  merchants: z.array(nameSchema),
});
