import { z } from 'zod';
import { nameSchema } from './primitives.ts';

/** Who is signed in at central. */
export const signedInSchema = z.object({
  role: z.enum(['operator', 'administrator', 'analyst', 'owner', 'cashier']),
  merchants: z.array(nameSchema),
});
export type SignedIn = z.infer<typeof signedInSchema>;

/** `POST /api/sign-in/operator`: the operator's token for a session. */
export const operatorSignInSchema = z.strictObject({ token: z.string().min(1).max(500) });
