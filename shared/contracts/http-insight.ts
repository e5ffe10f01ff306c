import { z } from 'zod';
import { nameSchema, timestampSchema } from './primitives.ts';

/** What central tells of sales and customers: panels of numbers, each with a sentence that says what they mean. */

const countSchema = z.number().int().min(0);
const daySchema = z.iso.date();
const hourSchema = z.number().int().min(0).max(23);
/** Monday is 1. */
const weekdaySchema = z.number().int().min(1).max(7);
const shareSchema = z.number().min(0).max(1);
/** Minor units as decimal text. */
const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

const sentenceSchema = z.object({ 'zh-CN': z.string(), en: z.string() });
export type Sentence = z.infer<typeof sentenceSchema>;

const panelOf = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({
    panel: z.literal(name),
    /** The city's day that the panel is of. */
    day: daySchema,
    sentence: sentenceSchema,
    ...shape,
  });

/** Whole hours of today beside the same hours of the same weekday in the eight weeks before. 100 is usual. */
const todayPanelSchema = panelOf('today', {
  untilHour: z.number().int().min(0).max(24),
  payments: countSchema,
  sumMinor: sumMinorSchema,
  /** Of how many days before; below three there is no usual. */
  comparedDays: countSchema,
  usualPayments: z.number().min(0).nullable(),
  usualSumMinor: sumMinorSchema.nullable(),
  index: z.number().min(0).nullable(),
  /** The tenth and the ninetieth percentile of the days before, on the index. */
  usualFrom: z.number().min(0).nullable(),
  usualTo: z.number().min(0).nullable(),
  hours: z.array(
    z.object({ hour: hourSchema, payments: countSchema.nullable(), usual: z.number().min(0) }),
  ),
});

/** Customers by week: those who came for the first time, and those who came again. */
const returningPanelSchema = panelOf('returning', {
  weeks: z.array(
    z.object({
      monday: daySchema,
      fresh: countSchema,
      returning: countSchema,
      freshSumMinor: sumMinorSchema,
      returningSumMinor: sumMinorSchema,
    }),
  ),
});

/** How often customers came in a year, how long ago, and what they spent. */
const habitsPanelSchema = panelOf('habits', {
  people: countSchema,
  /** A cell for each group of frequency and recency with anybody in it. */
  groups: z.array(
    z.object({
      /** Times, from and to; null without an upper end. */
      timesFrom: countSchema,
      timesTo: countSchema.nullable(),
      daysAgoFrom: countSchema,
      daysAgoTo: countSchema.nullable(),
      people: countSchema,
      sumMinor: sumMinorSchema,
    }),
  ),
  /** What each tenth of the customers spends, those who spend most first; shares of all. Empty where a tenth is too few to be told. */
  tenths: z.array(shareSchema),
});

/** Who came back, by the month of the first purchase. */
const cohortsPanelSchema = panelOf('cohorts', {
  cohorts: z.array(
    z.object({
      month: z.string().regex(/^\d{4}-\d{2}$/),
      /** Customers who bought in the k-th month after; the first is all of them. Null where they are too few to show. */
      active: z.array(countSchema.nullable()),
    }),
  ),
});

/** Payments by weekday and hour, a week's mean over eight weeks. */
const hoursPanelSchema = panelOf('hours', {
  weeks: countSchema,
  cells: z.array(
    z.object({ weekday: weekdaySchema, hour: hourSchema, payments: z.number().min(0) }),
  ),
});

/** Shops whose customers also come here. Fewer than ten are never told; counts are rounded down to fives. */
const covisitsPanelSchema = panelOf('covisits', {
  from: daySchema,
  /** A Sunday: the answer is the same until the next one. */
  to: daySchema,
  pairs: z.array(
    z.object({
      street: nameSchema,
      /** The first of a pair in the whole city; null for a merchant, whose own shops it is about. */
      shop: nameSchema.nullable(),
      shopName: z.string().nullable(),
      other: nameSchema,
      otherName: z.string(),
      shared: z.number().int().min(10).multipleOf(5),
      /** Of the merchant's own customers; null for the whole city. */
      share: shareSchema.nullable(),
    }),
  ),
});

/** Payments to expect, hour by hour, for the next seven days. */
const forecastPanelSchema = panelOf('forecast', {
  hours: z.array(
    z.object({
      day: daySchema,
      hour: hourSchema,
      expected: z.number().min(0),
      /** Eight of ten such hours lie between. */
      from: z.number().min(0),
      to: z.number().min(0),
    }),
  ),
  /** How wrong it would have been in the last week, as a share of the payments; null where that is not known. */
  error: z.number().min(0).nullable(),
  /** The same for "as the week before". */
  naiveError: z.number().min(0).nullable(),
  /** What the season adds, by the same weeks a year ago; null without a year of sales. */
  season: z.number().min(0).nullable(),
});

/**
 * What customers are still worth: BG/NBD for who is still there and how often they will come, Gamma-Gamma for what they will
 * spend. Up to last Sunday.
 */
const lifetimePanelSchema = panelOf('lifetime', {
  people: countSchema,
  /** Null where there are too few customers, or none who came again. */
  model: z
    .object({
      /** Customers who are still there, as the model expects. */
      alive: z.number().min(0),
      /** Of the next thirteen weeks. */
      purchases: z.number().min(0),
      /** Null where spending has no mean under the model. */
      sumMinor: sumMinorSchema.nullable(),
      /** Came at least four times, and are more likely gone than not. */
      slipping: countSchema,
      /** What those have spent so far, as a share of all that was spent. */
      slippingShare: shareSchema,
      /** Customers who came more than once, by the probability that they are still there, in fifths from 0 to 1. */
      fifths: z.array(countSchema).length(5),
    })
    .nullable(),
});

/** What sells together, where payments tell what was bought: thirteen weeks, up to now. Of a merchant only. */
const togetherPanelSchema = panelOf('together', {
  baskets: countSchema,
  /** Those that tell most first. Each of at least ten baskets. */
  rules: z.array(
    z.object({
      given: z.array(z.string()).min(1),
      also: z.string(),
      count: z.number().int().min(10),
      /** Of all baskets, those with all of it; of those with `given`, those with `also`; over what is usual of `also`. */
      support: shareSchema,
      confidence: shareSchema,
      lift: z.number().min(0),
    }),
  ),
});

export const panelSchema = z.discriminatedUnion('panel', [
  todayPanelSchema,
  returningPanelSchema,
  habitsPanelSchema,
  cohortsPanelSchema,
  hoursPanelSchema,
  covisitsPanelSchema,
  forecastPanelSchema,
  lifetimePanelSchema,
  togetherPanelSchema,
]);
export const panelNameSchema = z.enum(
  panelSchema.options.map((option) => option.shape.panel.value),
);
export type Panel = z.infer<typeof panelSchema>;
export type PanelName = Panel['panel'];
export type PanelOf<Name extends PanelName> = Extract<Panel, { panel: Name }>;

/** Visitors of every street by week, with noise, and the ledger of the privacy that was spent. */
export const publicVisitorsSchema = z.object({
  dataset: z.literal('visitors'),
  mechanism: z.literal('discrete-laplace'),
  /** In how many streets a person counts in a week at most; the noise hides all of them. */
  streetsAVisitor: countSchema,
  /** The sum over the releases. */
  epsilonSpent: z.number().min(0),
  releases: z.array(
    z.object({
      /** The Monday. */
      week: daySchema,
      epsilon: z.number().min(0),
      streets: z.array(z.object({ street: nameSchema, visitors: countSchema })),
      releasedAt: timestampSchema,
    }),
  ),
});
