import { COMPARED_DAYS_BEFORE } from '../../campaigns/lift.ts';
import type { CityPlan } from './city-plan.ts';

/** A payment, as far as it says who came where. */
interface Came {
  readonly shop: { readonly shop: string };
  readonly shopper: number;
}

/** What the planted campaign really brings, in the terms in which its lift is told. */
export class CampaignEffect {
  private readonly campaign: CityPlan['campaign'];
  private readonly shop: string | undefined;
  /** Who bought at the shop in the weeks before: nobody else is compared. */
  private readonly known = new Set<number>();
  private broughtPayments = 0;
  private broughtDays = 0;

  constructor({ campaign, shops }: CityPlan) {
    this.campaign = campaign;
    this.shop = shops[campaign.shop]?.shop;
  }

  /** Payments so far that there would not have been without the campaign. */
  get payments(): number {
    return this.broughtPayments;
  }

  /** Days so far on which somebody who was known came only because of it. */
  get days(): number {
    return this.broughtDays;
  }

  /** Takes a day in. @param usual payments that there are anyway  @param brought those that the campaign adds */
  add(day: number, usual: readonly Came[], brought: readonly Came[]): void {
    const { fromDay } = this.campaign;
    const came = new Set(
      usual.filter(({ shop }) => shop.shop === this.shop).map(({ shopper }) => shopper),
    );
    if (day < fromDay && day >= fromDay - COMPARED_DAYS_BEFORE) {
      for (const shopper of came) this.known.add(shopper);
    }
    this.broughtPayments += brought.length;
    for (const shopper of new Set(brought.map((each) => each.shopper))) {
      if (!came.has(shopper) && this.known.has(shopper)) this.broughtDays += 1;
    }
  }
}
