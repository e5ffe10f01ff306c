import type { Trade } from '../../../shared/contracts/trades.ts';

/** How a trade sells in the simulated city. */
export interface TradeProfile {
  /** Weight of each hour of the day. */
  readonly hours: readonly number[];
  /** The median of what is paid, in minor units. */
  readonly medianMinor: number;
  /** What Saturdays and Sundays bring, against other days. */
  readonly weekend: number;
}

type SoldTrade = Exclude<Trade, 'other'>;

/** Weights from an hour on, as many as are given; none else. */
function hoursFrom(first: number, ...weights: readonly number[]): number[] {
  return Array.from({ length: 24 }, (_, hour) => weights[hour - first] ?? 0);
}

export const TRADE_PROFILES: Readonly<Record<SoldTrade, TradeProfile>> = {
  food: {
    hours: hoursFrom(7, 5, 4, 2, 2, 8, 10, 5, 2, 2, 3, 8, 10, 7, 4),
    medianMinor: 3_200,
    weekend: 1.2,
  },
  drinks: {
    hours: hoursFrom(9, 3, 4, 4, 5, 7, 8, 8, 7, 5, 4, 5, 5, 4),
    medianMinor: 1_800,
    weekend: 1.4,
  },
  clothing: {
    hours: hoursFrom(10, 3, 4, 4, 6, 8, 8, 8, 6, 5, 6, 5, 3),
    medianMinor: 18_000,
    weekend: 1.7,
  },
  crafts: { hours: hoursFrom(9, 3, 5, 5, 4, 6, 8, 8, 6, 4, 2), medianMinor: 9_500, weekend: 1.8 },
  groceries: {
    hours: hoursFrom(6, 4, 7, 7, 6, 5, 4, 3, 2, 3, 4, 7, 9, 7, 4, 2),
    medianMinor: 4_500,
    weekend: 1,
  },
  beauty: { hours: hoursFrom(10, 4, 5, 5, 6, 6, 6, 7, 6, 5, 3), medianMinor: 12_000, weekend: 1.5 },
  leisure: {
    hours: hoursFrom(12, 2, 3, 4, 5, 5, 5, 7, 10, 10, 8, 4),
    medianMinor: 6_500,
    weekend: 1.9,
  },
  services: { hours: hoursFrom(8, 5, 7, 7, 6, 3, 5, 6, 6, 5, 3), medianMinor: 7_000, weekend: 0.6 },
};

export const SOLD_TRADES: readonly SoldTrade[] = [
  'food',
  'drinks',
  'clothing',
  'crafts',
  'groceries',
  'beauty',
  'leisure',
  'services',
];
