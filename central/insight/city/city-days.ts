import { discountMinor } from '../../../shared/domain/campaign.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { isInControlGroup } from '../../../shared/kernel/campaign-arm.ts';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { daysAfter, weekdayOf } from '../panels/city-time.ts';
import { CampaignEffect } from './campaign-effect.ts';
import {
  type CityPlan,
  drawnBy,
  logistic,
  type PlannedShop,
  type Resident,
  shopperIdOf,
} from './city-plan.ts';
import { TRADE_PROFILES } from './trade-profiles.ts';

/** A payment of the simulated city. */
export interface SimulatedPayment {
  readonly shop: PlannedShop;
  /** A resident, or a tourist beyond them. */
  readonly shopper: number;
  /** Minutes of the day on the city's clocks. */
  readonly minute: number;
  readonly amountMinor: number;
  /** What the planted campaign takes off it; mostly 0. */
  readonly discountMinor: number;
  /** 0 where nothing is given back. */
  readonly refundMinor: number;
  /** Hours until central hears of it. */
  readonly lateHours: number;
}

/** A day of the simulated city: the payments of each street, in the order of time. */
export interface SimulatedDay {
  readonly day: string;
  readonly streets: readonly (readonly SimulatedPayment[])[];
}

/** Of favourites, how often each is chosen. */
const FAVOURITE_WEIGHTS = [0.45, 0.25, 0.18, 0.12];
const STROLLS = 0.15;
/** Who strolls goes to another street so often. */
const ELSEWHERE = 0.4;
/** Tourists buy so often a day, and so many go on to the next street. */
const TOURIST_PURCHASES = 2;
const TOURISTS_GO_ON = 0.25;
const TOURIST_SHARE = 0.05;

/** Plays a city day by day: the same plan gives the same days. */
export class CityDays {
  private readonly plan: CityPlan;
  private readonly random: SeededRandom;
  /** Of its own: without the campaign the rest of the city is the same. */
  private readonly campaignRandom: SeededRandom;
  private tourists: number;
  /** What the campaign has brought so far. */
  readonly campaignEffect: CampaignEffect;
  private readonly shopsOfStreet: readonly (readonly PlannedShop[])[];

  constructor(plan: CityPlan) {
    this.plan = plan;
    this.random = new SeededRandom(plan.seed, 'days');
    this.campaignRandom = new SeededRandom(plan.seed, 'campaign');
    this.tourists = plan.residents.length;
    this.campaignEffect = new CampaignEffect(plan);
    this.shopsOfStreet = Array.from({ length: plan.size.streets }, (_, street) =>
      plan.shops.filter((shop) => shop.street === street),
    );
  }

  *play(): Generator<SimulatedDay> {
    const { size, firstDay } = this.plan;
    for (let day = 0; day < size.days; day += 1) {
      const date = daysAfter(firstDay, day);
      yield { day: date, streets: this.playDay(day, weekdayOf(date) >= 6) };
    }
  }

  private playDay(day: number, isWeekend: boolean): SimulatedPayment[][] {
    const { shops, residents, size } = this.plan;
    const open = shops.map(({ health }) => this.random.next() > 0.12 * logistic(-1 - 1.5 * health));
    const made: SimulatedPayment[] = [];
    for (const resident of residents) {
      if (day < resident.fromDay || day >= resident.untilDay) continue;
      for (let n = poisson(resident.rate, this.random); n > 0; n -= 1) {
        const shop = this.chosen(resident, day);
        if (!open[shop] || this.random.next() > this.mood(shop, day, isWeekend)) continue;
        made.push(this.payment(present(shops[shop], 'a shop'), resident.shopper, { day }));
      }
    }
    for (let street = 0; street < size.streets; street += 1) {
      made.push(...this.touristsOf(street, day));
    }
    const brought = this.broughtByCampaign(day, isWeekend);
    this.campaignEffect.add(day, made, brought);
    made.push(...brought);
    return Array.from({ length: size.streets }, (_, street) =>
      made
        .filter((payment) => payment.shop.street === street)
        .toSorted((a, b) => a.minute - b.minute),
    );
  }

  /** Regulars of the shop with the campaign who may have its discount come as often again. */
  private broughtByCampaign(day: number, isWeekend: boolean): SimulatedPayment[] {
    const { campaign, residents, shops } = this.plan;
    if (!this.isCampaign(day)) return [];
    const random = this.campaignRandom;
    const made: SimulatedPayment[] = [];
    for (const { shopper, rate, favourites, fromDay, untilDay } of residents) {
      const place = favourites.indexOf(campaign.shop);
      if (place < 0 || day < fromDay || day >= untilDay || !this.isTreated(shopper)) continue;
      const mean = rate * (1 - STROLLS) * (FAVOURITE_WEIGHTS[place] ?? 0);
      for (let n = poisson(mean, random); n > 0; n -= 1) {
        if (random.next() > this.mood(campaign.shop, day, isWeekend)) continue;
        made.push(this.payment(present(shops[campaign.shop], 'a shop'), shopper, { day, random }));
      }
    }
    return made;
  }

  private isCampaign(day: number): boolean {
    const { fromDay, days } = this.plan.campaign;
    return day >= fromDay && day < fromDay + days;
  }

  private isTreated(shopper: number): boolean {
    return !isInControlGroup(this.plan.campaign, shopperIdOf(shopper));
  }

  /** Which shop somebody goes to. */
  private chosen(resident: Resident, day: number): number {
    const { dying, size } = this.plan;
    if (this.random.next() < STROLLS) {
      const street =
        this.random.next() < ELSEWHERE ? this.random.below(size.streets) : resident.street;
      return street * size.shopsAStreet + this.strolledTo(street);
    }
    const weights = resident.favourites.map((shop, i) =>
      shop === dying.shop && day >= resident.leavesDyingAt ? 0 : (FAVOURITE_WEIGHTS[i] ?? 0),
    );
    return present(resident.favourites[drawnBy(weights, this.random)], 'a favourite');
  }

  private strolledTo(street: number): number {
    const shops = this.shopsOfStreet[street] ?? [];
    return drawnBy(
      shops.map(({ popularity }) => popularity),
      this.random,
    );
  }

  /** Whether one buys after all: on weekends more, at a company that is doing badly less and less. */
  private mood(shop: number, day: number, isWeekend: boolean): number {
    const { shops, size } = this.plan;
    const { health, trade } = present(shops[shop], 'a shop');
    const trend = Math.exp(0.35 * health * (day / size.days - 1));
    const weekend = TRADE_PROFILES[trade].weekend;
    return (
      0.5 *
      Math.min(2, trend) *
      (isWeekend ? weekend / Math.max(1, weekend) : 1 / Math.max(1, weekend))
    );
  }

  private touristsOf(street: number, day: number): SimulatedPayment[] {
    const { peak, size } = this.plan;
    const isPeak =
      peak.streets.includes(street) && day >= peak.fromDay && day < peak.fromDay + peak.days;
    const usual = size.peopleAStreet * 0.1;
    const share = TOURIST_SHARE + (isPeak ? peak.factor - 1 : 0);
    const payments: SimulatedPayment[] = [];
    const parties = poisson((usual * share) / TOURIST_PURCHASES, this.random);
    for (let n = parties; n > 0; n -= 1) {
      this.tourists += 1;
      const goesOn = this.random.next() < TOURISTS_GO_ON;
      for (let i = 0; i < TOURIST_PURCHASES; i += 1) {
        const where = goesOn && i > 0 ? (street + 1) % size.streets : street;
        const shop = present(this.shopsOfStreet[where]?.[this.strolledTo(where)], 'a shop');
        payments.push(this.payment(shop, this.tourists, { day }));
      }
    }
    return payments;
  }

  private payment(
    shop: PlannedShop,
    shopper: number,
    { day, random = this.random }: { readonly day: number; readonly random?: SeededRandom },
  ): SimulatedPayment {
    const { outage, shops, campaign } = this.plan;
    const { hours, medianMinor } = TRADE_PROFILES[shop.trade];
    const hour = drawnBy(hours, random);
    const amountMinor = Math.max(
      100,
      Math.round((medianMinor * Math.exp(random.normal() * 0.5)) / 10) * 10,
    );
    const givesBack = random.next() < 0.004 + 0.03 * logistic(-1 - 1.5 * shop.health);
    const isDiscounted =
      shop === shops[campaign.shop] && this.isCampaign(day) && this.isTreated(shopper);
    const isCutOff = shop.street === outage.street && day === outage.day && hour >= outage.fromHour;
    return {
      shop,
      shopper,
      minute: hour * 60 + random.below(60),
      amountMinor,
      discountMinor: isDiscounted ? percentOff(amountMinor, campaign.percent) : 0,
      refundMinor: givesBack
        ? random.next() < 0.5
          ? amountMinor
          : Math.floor(amountMinor / 2)
        : 0,
      lateHours: isCutOff ? outage.hours : 0,
    };
  }
}

function percentOff(priceMinor: number, percent: number): number {
  const offer = { kind: 'percent', percent, capMinor: null } as const;
  return Number(discountMinor({ offer, minimumMinor: 0n }, BigInt(priceMinor)));
}

/** Knuth's, for small means; by parts for larger ones. */
function poisson(mean: number, random: SeededRandom): number {
  let left = mean;
  let count = 0;
  while (left > 0) {
    const limit = Math.exp(-Math.min(left, 20));
    let product = random.next();
    for (; product > limit; count += 1) product *= random.next();
    left -= 20;
  }
  return count;
}
