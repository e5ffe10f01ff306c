import { z } from 'zod';

/** What a score's file says of itself: on companies that it had not learnt from. */

export const FAIRNESS_VERDICTS = ['clear', 'warned', 'refused'] as const;

/** How a score treats the groups of one attribute that it never looks at, and what could stand for it. */
export const fairnessSchema = z.object({
  attribute: z.string().min(1).max(100),
  groups: z
    .array(
      z.object({
        group: z.string().max(100),
        companies: z.int(),
        /** Share that went bad. */
        bad: z.number(),
        /** Share that the score favours. */
        favoured: z.number(),
        /** The same over the best-off group's. */
        ratio: z.number(),
      }),
    )
    .max(50),
  /** The least of the ratios; below 0.8 it is warned of. */
  disparateImpact: z.number(),
  /** How well single features tell the group, the best first: area under the ROC curve; 0.5 is chance. */
  proxies: z.array(z.object({ feature: z.string().max(100), auc: z.number() })).max(20),
  /** The same of all features together. */
  together: z.number(),
  verdict: z.enum(FAIRNESS_VERDICTS),
});
export type Fairness = z.infer<typeof fairnessSchema>;

export const modelCardSchema = z.object({
  companies: z.int(),
  bad: z.int(),
  features: z.int(),
  auc: z.number(),
  ks: z.number(),
  brier: z.number(),
  calibrationError: z.number(),
  /** Empty: nothing was tested. */
  fairness: z.array(fairnessSchema).max(20),
});
export type ModelCard = z.infer<typeof modelCardSchema>;
