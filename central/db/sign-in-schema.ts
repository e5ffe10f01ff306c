import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** How the rows of sign-in lie in PostgreSQL; the truth about constraints is in `migrations/`. */

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const signIns = pgTable('sign_ins', {
  state: text('state').primaryKey(),
  nonce: text('nonce').notNull(),
  codeVerifier: text('code_verifier').notNull(),
  returnTo: text('return_to').notNull(),
  bindingHash: text('binding_hash').notNull(),
  beganAt: moment('began_at').notNull(),
});

export const staffSessions = pgTable('staff_sessions', {
  tokenHash: text('token_hash').primaryKey(),
  subject: text('subject').notNull(),
  role: text('role', { enum: ['operator', 'administrator', 'analyst'] }),
  beganAt: moment('began_at').notNull(),
  endsAt: moment('ends_at').notNull(),
});
