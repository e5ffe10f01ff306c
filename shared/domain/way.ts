/**
 * How a shopper has said who they are: by their face, by the one-time code on their phone, by phone number and PIN. From
 * there on all are one authorisation: the same limits, tiers, locks, idempotency and books.
 */
export const WAYS = ['face', 'code', 'phone'] as const;
export type Way = (typeof WAYS)[number];
