import { z } from 'zod';

/** File in the recorded folder into which the load writes what it was told, so that it is in the recording's order. */
export const MARKS_FILE = 'marks.ndjson';

/** Something that the hub may never take back once it has said it. */
export const markSchema = z.discriminatedUnion('kind', [
  /** A terminal was told that its request is done. */
  z.object({
    kind: z.literal('acknowledged'),
    requestId: z.string(),
    paymentId: z.string(),
    move: z.enum(['authorise', 'capture', 'refund', 'reverse', 'cancel']),
    amountMinor: z.string(),
    reference: z.string().nullable(),
  }),
  /** Central has been told of an event of the hub's chain. */
  z.object({ kind: z.literal('told'), seq: z.int(), hash: z.string() }),
  /** A person was told that they are enrolled, or that nothing of them is left. */
  z.object({ kind: z.enum(['enrolled', 'erased']), shopperId: z.string() }),
]);
export type Mark = z.infer<typeof markSchema>;
export type Acknowledged = Extract<Mark, { kind: 'acknowledged' }>;
