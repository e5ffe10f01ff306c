import type { Trade } from '../../../shared/contracts/trades.ts';
import { present } from '../../../shared/kernel/assert.ts';
import type { ArmOf } from '../../../shared/kernel/campaign-arm.ts';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { daysAfter, mondayOf } from '../panels/city-time.ts';
import { SOLD_TRADES } from './trade-profiles.ts';

export interface CitySize {
  readonly streets: number;
  readonly shopsAStreet: number;
  readonly peopleAStreet: number;
  readonly days: number;
}

export interface PlannedShop {
  readonly street: number;
  readonly merchant: string;
  readonly shop: string;
  readonly terminal: string;
  readonly trade: Exclude<Trade, 'other'>;
  /** How likely somebody who strolls goes in. */
  readonly popularity: number;
  /** How well the company is, standard normal: what it takes, how often it opens and what it gives back follow. */
  readonly health: number;
}

/** Somebody who lives here. */
export interface Resident {
  readonly shopper: number;
  readonly street: number;
  /** Payments a day. */
  readonly rate: number;
  /** Places in the list of shops, the dearest first. */
  readonly favourites: readonly number[];
  /** From and until when they are there: days since the first. */
  readonly fromDay: number;
  readonly untilDay: number;
  /** When they turn their back on the dying shop. */
  readonly leavesDyingAt: number;
}

/** Who is in the simulated city, and what is planted there. */
export interface CityPlan {
  readonly size: CitySize;
  readonly seed: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly shops: readonly PlannedShop[];
  readonly residents: readonly Resident[];
  readonly peak: {
    readonly streets: readonly number[];
    readonly fromDay: number;
    readonly days: number;
    readonly factor: number;
  };
  readonly dying: { readonly shop: number; readonly fromDay: number };
  readonly sharing: readonly [number, number];
  /** From an hour of the day to its end; central hears of it so many hours late. */
  readonly outage: {
    readonly street: number;
    readonly day: number;
    readonly fromHour: number;
    readonly hours: number;
  };
  /** A shop's campaign: who may have its discount comes twice as often. */
  readonly campaign: ArmOf & {
    readonly shop: number;
    readonly fromDay: number;
    readonly days: number;
    readonly percent: number;
  };
  /** By shop: whether the company fails after the last day. */
  readonly failed: readonly boolean[];
}

const FAVOURITES = 4;
const PEAK_FACTOR = 2.5;
const PEAK_DAYS = 7;
/** Of a street's people, how many have the two shops that share customers as their dearest. */
const SHARING_PEOPLE = 0.65;
const MEAN_RATE = 0.22;
const DAYS_TO_LEAVE = 35;
const EVENING = 17;
/** Of fewer people an evening has so few payments that the bureau is not told of them. */
const PEOPLE_WITH_AN_EVENING = 800;

const CAMPAIGN_ID = '019a4e00-0000-7000-9000-000000000001';
const CAMPAIGN_DAYS = 56;
/** It is over so many days before the last. */
const CAMPAIGN_ENDS = 14;

/** Plans a city. @param lastDay a Sunday */
export function planCity(size: CitySize, seed: number, lastDay: string): CityPlan {
  const random = new SeededRandom(seed, 'plan');
  const firstDay = daysAfter(lastDay, 1 - size.days);
  const dyingStreet = size.streets - 1;
  const dying = {
    shop: dyingStreet * size.shopsAStreet + 1,
    fromDay: Math.floor(size.days * 0.6),
  };
  const shops = planShops(size, random, dying.shop);
  const sharing = [0, 1].map((n) => Math.floor(size.streets / 2) * size.shopsAStreet + 2 + n);
  const [one = 0, two = 0] = sharing;
  const residents = planResidents(size, random, { shops, sharing: [one, two], dying });
  const peakStreets = size.streets > 3 ? [0, 2] : [0];
  const campaignShop = favouriteOfMost(residents, {
    shops: [one, two, dying.shop],
    streets: [...peakStreets, dyingStreet, shops[one]?.street],
    shopsAStreet: size.shopsAStreet,
  });
  return {
    size,
    seed,
    firstDay,
    lastDay,
    shops,
    residents,
    peak: {
      streets: peakStreets,
      fromDay: peakDay(firstDay, size.days),
      days: PEAK_DAYS,
      factor: PEAK_FACTOR,
    },
    dying,
    sharing: [one, two],
    campaign: planCampaign(size, seed, campaignShop),
    outage: {
      street: Math.min(1, size.streets - 1),
      day: size.days - 5,
      fromHour: size.peopleAStreet < PEOPLE_WITH_AN_EVENING ? 0 : EVENING,
      hours: 12,
    },
    failed: shops.map(
      ({ health }, i) => i === dying.shop || random.next() < logistic(-2.4 - 2 * health),
    ),
  };
}

/**
 * The shop that most people have among their favourites, in a street where nothing else is planted that changes who buys;
 * where there is no such street, besides these shops.
 */
function favouriteOfMost(
  residents: readonly Resident[],
  besides: {
    readonly shops: readonly number[];
    readonly streets: readonly (number | undefined)[];
    readonly shopsAStreet: number;
  },
): number {
  const people = new Map<number, number>();
  for (const shop of residents.flatMap(({ favourites }) => favourites)) {
    if (!besides.shops.includes(shop)) people.set(shop, (people.get(shop) ?? 0) + 1);
  }
  const ranked = [...people].toSorted(([a, m], [b, n]) => n - m || a - b).map(([shop]) => shop);
  const alone = ranked.find(
    (shop) => !besides.streets.includes(Math.floor(shop / besides.shopsAStreet)),
  );
  return alone ?? ranked[0] ?? 0;
}

function planCampaign(size: CitySize, seed: number, shop: number): CityPlan['campaign'] {
  const random = new SeededRandom(seed, 'campaign key');
  return {
    campaignId: CAMPAIGN_ID,
    key: Buffer.from(Array.from({ length: 32 }, () => random.below(256))).toString('base64'),
    controlPercent: 30,
    percent: 10,
    shop,
    fromDay: size.days - CAMPAIGN_ENDS - CAMPAIGN_DAYS,
    days: CAMPAIGN_DAYS,
  };
}

/** A shopper's id in the books. */
export function shopperIdOf(shopper: number): string {
  return `019a4e00-0000-7000-8000-${shopper.toString(16).padStart(12, '0')}`;
}

/** 2.5 becomes 0.92. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The week of the first of October where the city has one that is not its last ten; else one in the middle. */
function peakDay(firstDay: string, days: number): number {
  const autumn = Array.from({ length: days }, (_, day) => day).find((day) =>
    daysAfter(firstDay, day).endsWith('-10-01'),
  );
  const day =
    autumn !== undefined && autumn > 56 && autumn < days - 28 ? autumn : Math.floor(days * 0.7);
  const monday = mondayOf(daysAfter(firstDay, day));
  return Math.round((Date.parse(monday) - Date.parse(firstDay)) / 86_400_000);
}

function planShops(size: CitySize, random: SeededRandom, dying: number): PlannedShop[] {
  return Array.from({ length: size.streets * size.shopsAStreet }, (_, i) => {
    const street = Math.floor(i / size.shopsAStreet);
    const place = i % size.shopsAStreet;
    const name = `${street + 1}-${place + 1}`;
    return {
      street,
      merchant: `m-${name}`,
      shop: `shop-${name}`,
      terminal: `terminal-${name}`,
      // four of ten sell food and drinks; some streets have one of a trade only
      trade: present(
        SOLD_TRADES[random.next() < 0.4 ? random.below(2) : random.below(8)],
        'a trade',
      ),
      popularity: 0.4 + random.next() ** 2 * 3,
      health: i === dying ? -2.5 : random.normal(),
    };
  });
}

function planResidents(
  size: CitySize,
  random: SeededRandom,
  planted: Pick<CityPlan, 'shops' | 'sharing' | 'dying'>,
): Resident[] {
  const { shops, sharing, dying } = planted;
  const sharingStreet = shops[sharing[0]]?.street;
  return Array.from({ length: size.streets * size.peopleAStreet }, (_, shopper) => {
    const street = Math.floor(shopper / size.peopleAStreet);
    const first = street * size.shopsAStreet;
    const ofStreet = shops.slice(first, first + size.shopsAStreet);
    const drawn = favouritesOf(ofStreet, random).map((place) => first + place);
    const shares = street === sharingStreet && random.next() < SHARING_PEOPLE;
    const comes = random.next() < 0.3 ? random.below(size.days) : 0;
    const goes = random.next() < 0.2 ? comes + random.below(size.days) : size.days;
    return {
      shopper,
      street,
      // gamma with shape 1: most come seldom, some every day
      rate: -Math.log(1 - random.next()) * MEAN_RATE,
      favourites: shares ? [...sharing, ...drawn.filter((shop) => !sharing.includes(shop))] : drawn,
      fromDay: comes,
      untilDay: goes,
      leavesDyingAt: dying.fromDay - Math.log(1 - random.next()) * DAYS_TO_LEAVE,
    };
  });
}

function favouritesOf(shops: readonly PlannedShop[], random: SeededRandom): number[] {
  const weights = shops.map(({ popularity }) => popularity);
  const chosen: number[] = [];
  while (chosen.length < Math.min(FAVOURITES, shops.length)) {
    const place = drawnBy(weights, random);
    chosen.push(place);
    weights[place] = 0;
  }
  return chosen;
}

/** A place, with a probability proportional to its weight. */
export function drawnBy(weights: readonly number[], random: SeededRandom): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [place, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return place;
  }
  return weights.length - 1;
}
