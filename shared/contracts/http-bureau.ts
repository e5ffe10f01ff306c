import { z } from 'zod';
import { nameSchema, timestampSchema } from './primitives.ts';
import { tradeSchema } from './trades.ts';

/**
 * What the commerce bureau is told of the city: a week at a time, protected once and never made again. Null is what may not be
 * told. Payments are in tens, people in fives, sums in ¥1,000, all rounded down: parts do not add up to sums.
 */

const countSchema = z.number().int().min(0);
const toldSchema = countSchema.nullable();
const sumMinorSchema = z.string().regex(/^\d{1,19}$/);
const daySchema = z.iso.date();

const figuresSchema = z.object({ payments: toldSchema, sumMinor: sumMinorSchema.nullable() });
export type Figures = z.infer<typeof figuresSchema>;

const streetFiguresSchema = figuresSchema.extend({
  street: nameSchema,
  /** Different people who paid there. */
  people: toldSchema,
  /** Terminals that took payments. */
  terminals: countSchema,
  /** Payments that central heard of more than five minutes late, and in how many hours of the week there were such. */
  latePayments: countSchema,
  lateHours: countSchema,
});

const slotFiguresSchema = z.object({
  /** Monday is 1. */
  weekday: z.number().int().min(1).max(7),
  /** The first of three hours: 0, 3, ... 21. */
  fromHour: z.number().int().min(0).max(21).multipleOf(3),
  payments: toldSchema,
});

/** What is kept of a week. Cells that are not in it had no payments. */
export const bureauWeekBodySchema = z.object({
  city: figuresSchema,
  streets: z.array(streetFiguresSchema),
  trades: z.array(figuresSchema.extend({ trade: tradeSchema })),
  cells: z.array(figuresSchema.extend({ street: nameSchema, trade: tradeSchema })),
  /** Three hours of a weekday, of the whole city and by street. */
  slots: z.array(slotFiguresSchema),
  streetSlots: z.array(slotFiguresSchema.extend({ street: nameSchema })),
  /** People who paid in one street and later on the same day in another: ten or more. */
  flows: z.array(z.object({ from: nameSchema, to: nameSchema, people: countSchema })),
});
export type BureauWeekBody = z.infer<typeof bureauWeekBodySchema>;

export const bureauWeekSchema = bureauWeekBodySchema.extend({
  /** The Monday. */
  week: daySchema,
  releasedAt: timestampSchema,
});
export type BureauWeek = z.infer<typeof bureauWeekSchema>;

const indexSchema = z.number().min(0).nullable();

/** Payments of a street, of a trade or of the city, week by week. */
const lineSchema = z.object({
  kind: z.enum(['city', 'street', 'trade']),
  id: z.string(),
  /** In the order of the weeks; 100 is an ordinary week of the same line. */
  index: z.array(indexSchema),
  /** The mean of weeks of the tourist season, on the same index; null where there are none. */
  seasonIndex: indexSchema,
});
export type BureauLine = z.infer<typeof lineSchema>;

/** How weeks went, over time. */
export const bureauSeriesSchema = z.object({
  /** The oldest first. Of the tourist season are weeks with three or more public holidays, and those of July and August. */
  weeks: z.array(
    z.object({ week: daySchema, isSeason: z.boolean(), holiday: z.string().nullable() }),
  ),
  lines: z.array(lineSchema),
  /** What streets are called. */
  streets: z.array(z.object({ street: nameSchema, name: z.string() })),
});
export type BureauSeries = z.infer<typeof bureauSeriesSchema>;

/** Where streets are: places on the city's map, degrees of longitude and latitude (WGS 84). */
export const bureauMapSchema = z.object({
  streets: z
    .array(
      z.object({
        street: nameSchema,
        line: z
          .array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]))
          .min(1)
          .max(500),
      }),
    )
    .max(5_000),
});
export type BureauMap = z.infer<typeof bureauMapSchema>;

/** A report's period: a week by its Monday, a month as 2026-11. */
export const reportPeriodSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('week'), period: daySchema }),
  z.object({ kind: z.literal('month'), period: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) }),
]);
export type ReportPeriod = z.infer<typeof reportPeriodSchema>;

export const bureauReportSchema = z.object({
  kind: z.enum(['week', 'month']),
  period: z.string(),
  bytes: countSchema,
  sha256: z.string(),
  madeAt: timestampSchema,
});
export type BureauReport = z.infer<typeof bureauReportSchema>;

/** The newest period first. */
export const bureauReportListSchema = z.object({ reports: z.array(bureauReportSchema) });
