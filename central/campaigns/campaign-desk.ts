import { randomBytes } from 'node:crypto';
import { campaignTermsSchema } from '../../shared/contracts/campaign.ts';
import type { CampaignWriting } from '../../shared/contracts/http-campaigns.ts';
import { sharesOf } from '../../shared/domain/campaign.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { enqueue } from '../downlink/downlink-store.ts';
import { takeEnrolmentLock } from '../enrolment/enrolment-store.ts';
import {
  findCampaign,
  hubsOf,
  insertCampaign,
  insertStop,
  type StandingCampaign,
  sharesOfCampaign,
} from './campaign-store.ts';

/**
 * - `not_found`: no such campaign of theirs
 * - `no_hub`: nowhere that it could be redeemed
 * - `over`: it would end before now
 * - `conflict`: that id is another campaign already
 */
export type CampaignFailure = 'not_found' | 'no_hub' | 'over' | 'conflict';

interface Told {
  readonly campaign: StandingCampaign;
  /** Hubs that have something new in their downlink. */
  readonly nudges: readonly string[];
}

type Answer = Promise<Result<Told, CampaignFailure>>;

/** Whose campaigns: a merchant's, or the city's own. */
export interface CampaignScope {
  readonly merchantId: string | null;
}

/** Campaigns of merchants and of the bureau: written once, told to hubs with a share of the budget each, stopped at will. */
export class CampaignDesk {
  private readonly database: OpenDatabase;
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(parts: {
    readonly database: OpenDatabase;
    readonly clock: Clock;
    readonly newId: IdMaker;
  }) {
    this.database = parts.database;
    this.clock = parts.clock;
    this.newId = parts.newId;
  }

  /** Keeps a campaign and tells every hub of it; the same again is the same campaign. */
  write(writing: CampaignWriting, scope: CampaignScope, by: Principal): Answer {
    const { campaignId, budgetMinor, streets, terms } = writing;
    return this.act(async (tx, at) => {
      const known = await findCampaign(tx, campaignId);
      if (known) {
        const isSame =
          known.merchantId === scope.merchantId &&
          known.budgetMinor === BigInt(budgetMinor) &&
          // as the schema orders the fields, whatever order they were kept in
          JSON.stringify(campaignTermsSchema.parse(known.terms)) === JSON.stringify(terms);
        return isSame ? ok({ campaign: known, nudges: [] }) : err('conflict');
      }
      if (Date.parse(terms.endsAt) <= at.getTime()) return err('over');
      const hubIds = await hubsOf(tx, { ...scope, streets });
      if (hubIds.length === 0) return err('no_hub');
      const parts = sharesOf(BigInt(budgetMinor), hubIds.length);
      const shares = hubIds.map((hubId, i) => ({
        hubId,
        shareMinor: present(parts[i], 'a share'),
      }));
      const row = {
        campaignId,
        ...scope,
        streets,
        funder: scope.merchantId === null ? ('city' as const) : ('merchant' as const),
        terms,
        currency: terms.currency,
        budgetMinor: BigInt(budgetMinor),
        key: randomBytes(32).toString('base64'),
        startsAt: new Date(terms.startsAt),
        endsAt: new Date(terms.endsAt),
        writtenBy: by.subject,
        writtenAt: at,
      };
      await insertCampaign(tx, row, shares);
      const told = {
        ...terms,
        campaignId,
        funder: row.funder,
        merchantId: row.merchantId,
        key: row.key,
      };
      for (const { hubId, shareMinor } of shares) {
        const data = { ...told, shareMinor: shareMinor.toString() };
        await enqueue(tx, hubId, { ...this.envelope(at), type: 'campaign.open', data });
      }
      await recordAct(tx, { action: 'campaign.write', by, subject: campaignId, at });
      const campaign = { ...row, stoppedAt: null, givenMinor: 0n, discounts: 0 };
      return ok({ campaign, nudges: hubIds });
    });
  }

  /** Ends a campaign before its time: each hub stops when it hears of it. */
  stop(campaignId: string, scope: CampaignScope, by: Principal): Answer {
    return this.act(async (tx, at) => {
      const campaign = await findCampaign(tx, campaignId);
      if (campaign?.merchantId !== scope.merchantId) return err('not_found');
      if (campaign.stoppedAt) return ok({ campaign, nudges: [] });
      await insertStop(tx, { campaignId, stoppedBy: by.subject, stoppedAt: at });
      const hubIds = (await sharesOfCampaign(tx, campaignId)).map(({ hubId }) => hubId).toSorted();
      for (const hubId of hubIds) {
        await enqueue(tx, hubId, {
          ...this.envelope(at),
          type: 'campaign.stop',
          data: { campaignId },
        });
      }
      await recordAct(tx, { action: 'campaign.stop', by, subject: campaignId, at });
      return ok({ campaign: { ...campaign, stoppedAt: at }, nudges: hubIds });
    });
  }

  /** One at a time: messages to many hubs' downlinks wait for their turn. */
  private act(work: (tx: Executor, at: Date) => Answer): Answer {
    const at = new Date(this.clock.now());
    return this.database.transact(async (tx) => {
      await takeEnrolmentLock(tx);
      return work(tx, at);
    });
  }

  private envelope(at: Date) {
    return { id: this.newId(), version: 1, occurredAt: at.toISOString() } as const;
  }
}
