import { present } from '../../../shared/kernel/assert.ts';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { daysAfter, weekdayOf } from '../panels/city-time.ts';
import { type CityPlan, drawnBy, logistic, type PlannedShop, type Resident } from './city-plan.ts';
import { TRADE_PROFILES } from './trade-profiles.ts';

/** A payment of the simulated city. */
export interface SimulatedPayment {
  readonly shop: PlannedShop;
  /** A resident, or a tourist beyond them. */
  readonly shopper: number;
  /** Minutes of the day on the city's clocks. */
  readonly minute: number;
  readonly amountMinor: number;
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
  private tourists: number;
  private readonly shopsOfStreet: readonly (readonly PlannedShop[])[];

  constructor(plan: CityPlan) {
    this.plan = plan;
    this.random = new SeededRandom(plan.seed, 'days');
    this.tourists = plan.residents.length;
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
      for (let n = this.poisson(resident.rate); n > 0; n -= 1) {
        const shop = this.chosen(resident, day);
        if (!open[shop] || this.random.next() > this.mood(shop, day, isWeekend)) continue;
        made.push(this.payment(present(shops[shop], 'a shop'), resident.shopper, day));
      }
    }
    for (let street = 0; street < size.streets; street += 1) {
      made.push(...this.touristsOf(street, day));
    }
    return Array.from({ length: size.streets }, (_, street) =>
      made
        .filter((payment) => payment.shop.street === street)
        .toSorted((a, b) => a.minute - b.minute),
    );
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
    for (let n = this.poisson((usual * share) / TOURIST_PURCHASES); n > 0; n -= 1) {
      this.tourists += 1;
      const goesOn = this.random.next() < TOURISTS_GO_ON;
      for (let i = 0; i < TOURIST_PURCHASES; i += 1) {
        const where = goesOn && i > 0 ? (street + 1) % size.streets : street;
        const shop = present(this.shopsOfStreet[where]?.[this.strolledTo(where)], 'a shop');
        payments.push(this.payment(shop, this.tourists, day));
      }
    }
    return payments;
  }

  private payment(shop: PlannedShop, shopper: number, day: number): SimulatedPayment {
    const { random } = this;
    const { outage } = this.plan;
    const { hours, medianMinor } = TRADE_PROFILES[shop.trade];
    const hour = drawnBy(hours, random);
    const amountMinor = Math.max(
      100,
      Math.round((medianMinor * Math.exp(random.normal() * 0.5)) / 10) * 10,
    );
    const givesBack = random.next() < 0.004 + 0.03 * logistic(-1 - 1.5 * shop.health);
    const isCutOff = shop.street === outage.street && day === outage.day && hour >= 17;
    return {
      shop,
      shopper,
      minute: hour * 60 + random.below(60),
      amountMinor,
      refundMinor: givesBack
        ? random.next() < 0.5
          ? amountMinor
          : Math.floor(amountMinor / 2)
        : 0,
      lateHours: isCutOff ? outage.hours : 0,
    };
  }

  /** Knuth's, for small means; by parts for larger ones. */
  private poisson(mean: number): number {
    let left = mean;
    let count = 0;
    while (left > 0) {
      const limit = Math.exp(-Math.min(left, 20));
      let product = this.random.next();
      for (; product > limit; count += 1) product *= this.random.next();
      left -= 20;
    }
    return count;
  }
}
