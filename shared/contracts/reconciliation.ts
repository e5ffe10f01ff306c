import { z } from 'zod';
import { BOOKS, DIFFERENCE_CODES } from '../domain/reconciliation.ts';
import { currencySchema, nameSchema, sha256HexSchema, timestampSchema } from './primitives.ts';

/** How differences between books are exchanged and worked off. */

const amountTextSchema = z.string().regex(/^-?\d{1,19}$/);

/** An event of a hub's chain with what central has booked of it, as pages of `/api/ledger/entries`. */
export const ledgerEntryPageSchema = z.object({
  entries: z.array(
    z.object({
      /** Place in central's inbox, by which pages go on. */
      place: z.int().min(1),
      /** The hub's own sequence. */
      seq: z.int().min(1),
      hash: sha256HexSchema,
      /** Told by a life of the hub that is over, and not in its present ledger: the hub was restored from a backup. */
      carried: z.boolean(),
      booked: z
        .object({
          kind: z.string(),
          paymentId: z.string(),
          amountMinor: amountTextSchema,
          currency: currencySchema,
        })
        .nullable(),
      putAside: z.string().nullable(),
    }),
  ),
  /** Whether there is more after the last one. */
  more: z.boolean(),
});
export type LedgerEntryPage = z.infer<typeof ledgerEntryPageSchema>;

export const bookSideSchema = z.object({
  book: z.enum(BOOKS),
  /** The kind of move, or how a terminal saw it end; null where the book has nothing. */
  says: z.string().max(64).nullable(),
  amountMinor: amountTextSchema.nullable(),
  currency: currencySchema.nullable(),
  /** Of the chain. */
  hash: sha256HexSchema.nullable(),
});
export type ToldSide = z.infer<typeof bookSideSchema>;

export const foundDifferenceSchema = z.object({
  code: z.enum(DIFFERENCE_CODES),
  /** The payment, row or run of events: found again it is the same exception. */
  subject: z.string().min(1).max(200),
  seq: z.int().min(0).nullable(),
  detail: z.string().max(500),
  /** What each book said when it was found; none where it was found by central's own walk. */
  sides: z.array(bookSideSchema).max(3).default([]),
});
export type FoundDifference = z.input<typeof foundDifferenceSchema>;

export const reportDifferencesSchema = z.strictObject({
  hubId: nameSchema,
  differences: z.array(foundDifferenceSchema).max(1_000),
});

export const exceptionSchema = foundDifferenceSchema.extend({
  hubId: nameSchema,
  exceptionId: z.int().min(1),
  source: z.enum(['nightly', 'command', 'intake']),
  foundAt: timestampSchema,
  lastSeenAt: timestampSchema,
  timesSeen: z.int().min(1),
  /** Null while it is open. */
  resolvedAt: timestampSchema.nullable(),
  /** What was done about it. */
  note: z.string().nullable(),
});
export type ReconciliationException = z.infer<typeof exceptionSchema>;

/** An exception whose text was written by another version, or spoiled: what can be told of it, so that it hides no other. */
const unreadableExceptionSchema = z.object({
  hubId: z.string(),
  exceptionId: z.int().min(1),
  code: z.string(),
  lastSeenAt: timestampSchema,
  resolvedAt: timestampSchema.nullable(),
});
export type UnreadableException = z.infer<typeof unreadableExceptionSchema>;

/** An exception as a list has it: whole, or as much of it as can be read. */
export const listedExceptionSchema = z.union([exceptionSchema, unreadableExceptionSchema]);

/** An exception, and what central has at its place now. */
export const exceptionDetailSchema = exceptionSchema.extend({
  now: z.array(bookSideSchema),
  /** Why central has put the event aside instead of booking it. */
  putAside: z.string().nullable(),
});

export const EXCEPTION_FILTERS = ['open', 'closed', 'all'] as const;
export type ExceptionFilter = (typeof EXCEPTION_FILTERS)[number];

export const exceptionListSchema = z.object({
  exceptions: z.array(listedExceptionSchema),
  /** When each hub's book was last walked; a hub that is not here never was. */
  runs: z.array(
    z.object({ hubId: nameSchema, runAt: timestampSchema, differences: z.int().min(0) }),
  ),
});

export const resolveExceptionSchema = z.strictObject({ note: z.string().trim().min(1).max(500) });

export const recordedSchema = z.object({ recorded: z.int().min(0) });
