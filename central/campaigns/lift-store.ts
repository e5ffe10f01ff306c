import { sql } from 'drizzle-orm';
import { armInput, controlBound } from '../../shared/domain/campaign.ts';
import type { Executor } from '../db/database.ts';
import type { StandingCampaign } from './campaign-store.ts';

/** How a measure is distributed in a group: during the campaign, before it, and how the two go together. */
export interface ArmMeasure {
  readonly mean: number;
  readonly variance: number;
  readonly meanBefore: number;
  readonly varianceBefore: number;
  readonly covariance: number;
}

export interface Arm {
  readonly people: number;
  readonly spend: ArmMeasure;
  readonly visits: ArmMeasure;
}

/** A question that takes longer is given up. */
const TIMEOUT_MS = 15_000;
const BLOCK = 64;

/**
 * What the two groups of a campaign did, everybody in them, whether they came or not (intention to treat). In them is who
 * paid where the campaign runs in the weeks before it began: so that the campaign itself cannot choose who is compared.
 * Erased people are in neither. Only sums leave the database.
 *
 * Spend is what the merchants are owed of the payments: less what was given back, and less the discounts that they bear.
 *
 * @param of.before where the weeks before begin  @param of.until counted before it
 */
export async function readArms(
  tx: Executor,
  campaign: StandingCampaign,
  of: { readonly before: Date; readonly until: Date },
): Promise<{ readonly treated: Arm; readonly control: Arm }> {
  const { campaignId, merchantId, streets, startsAt } = campaign;
  const { inner, outer } = hmacPads(campaign.key);
  const [from, start, until] = [of.before, startsAt, of.until].map((at) => at.toISOString());
  await tx.execute(sql.raw(`set local statement_timeout = ${TIMEOUT_MS}`));
  const rows = await tx.execute<Record<string, string | boolean | null>>(sql`
    with paid as (
      select p.shopper_id, p.captured_at >= ${start} as during,
             (p.captured_at at time zone 'Asia/Shanghai')::date as day,
             p.amount_minor - (
               select coalesce(sum(m.amount_minor), 0) from payment_moves m
               where m.hub_id = p.hub_id and m.payment_id = p.payment_id and m.kind in ('refund', 'reverse')) as kept_minor,
             (select coalesce(sum(case d.kind when 'given' then d.amount_minor else -d.amount_minor end), 0)
              from discounts d join campaigns c on c.campaign_id = d.campaign_id and c.funder = 'merchant'
              where d.hub_id = p.hub_id and d.payment_id = p.payment_id) as borne_minor
      from payments p join hubs h on h.hub_id = p.hub_id
      where p.captured_at >= ${from} and p.captured_at < ${until} and p.currency = ${campaign.currency}
        and (${merchantId}::text is null or p.merchant_id = ${merchantId})
        and (${streets === null} or h.street_id in (select json_array_elements_text(${JSON.stringify(streets ?? [])}::json)))
    ), people as (
      select shopper_id,
             coalesce(sum(kept_minor - borne_minor) filter (where during), 0)::float8 as spend,
             coalesce(sum(kept_minor - borne_minor) filter (where not during), 0)::float8 as spend_before,
             count(distinct day) filter (where during and kept_minor > 0)::float8 as visits,
             count(distinct day) filter (where not during and kept_minor > 0)::float8 as visits_before
      from paid p where not exists (select 1 from erasures e where e.shopper_id = p.shopper_id)
      group by shopper_id having bool_or(not during)
    ), armed as (
      select people.*, ('x' || left(encode(sha256(decode(${outer}, 'hex') || sha256(decode(${inner}, 'hex') ||
               convert_to(${armInput(campaignId, '')} || shopper_id::text, 'UTF8'))), 'hex'), 8))::bit(32)::bigint
               < ${controlBound(campaign.terms.controlPercent)} as control
      from people)
    select control, count(*) as people,
           avg(spend) as spend, var_samp(spend) as spend_variance, avg(spend_before) as spend_mean_before,
           var_samp(spend_before) as spend_variance_before, covar_samp(spend, spend_before) as spend_covariance,
           avg(visits) as visits, var_samp(visits) as visits_variance, avg(visits_before) as visits_mean_before,
           var_samp(visits_before) as visits_variance_before, covar_samp(visits, visits_before) as visits_covariance
    from armed group by control`);
  const arm = (control: boolean): Arm => {
    const row = rows.find((each) => each['control'] === control) ?? {};
    const measure = (name: string): ArmMeasure => ({
      mean: Number(row[name] ?? 0),
      variance: Number(row[`${name}_variance`] ?? 0),
      meanBefore: Number(row[`${name}_mean_before`] ?? 0),
      varianceBefore: Number(row[`${name}_variance_before`] ?? 0),
      covariance: Number(row[`${name}_covariance`] ?? 0),
    });
    return {
      people: Number(row['people'] ?? 0),
      spend: measure('spend'),
      visits: measure('visits'),
    };
  };
  return { treated: arm(false), control: arm(true) };
}

/** The key as HMAC (RFC 2104) puts it in front of what it hashes, hex: PostgreSQL has SHA-256 without HMAC. */
function hmacPads(keyBase64: string): { readonly inner: string; readonly outer: string } {
  const key = Buffer.alloc(BLOCK);
  Buffer.from(keyBase64, 'base64').copy(key);
  const padded = (byte: number): string =>
    Buffer.from(key.map((each) => each ^ byte)).toString('hex');
  return { inner: padded(0x36), outer: padded(0x5c) };
}
