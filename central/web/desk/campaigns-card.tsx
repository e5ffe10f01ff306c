import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Campaign,
  campaignListSchema,
  campaignSchema,
  type Lift,
  liftSchema,
} from '../../../shared/contracts/http-campaigns.ts';
import { Button } from '../../../shared/web/button.tsx';
import { countText, dateText, dayText, moneyText } from '../../../shared/web/format.ts';
import { isLanguage } from '../../../shared/web/language.ts';
import { Mark, type Tone } from '../../../shared/web/mark.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from './item-list.tsx';
import { Failed, ListCard } from './list-card.tsx';
import { NewCampaign } from './new-campaign.tsx';
import { type Posted, usePosted } from './use-posted.ts';

const POLL_MS = 30_000;
const LIFT_POLL_MS = 300_000;

const TONES: Readonly<Record<Campaign['state'], Tone>> = {
  planned: 'more',
  running: 'good',
  ended: 'quiet',
  stopped: 'quiet',
};

/** Campaigns of a merchant or of the city: what they offer, what they cost, what they bring. @param props.path of the list */
export function CampaignsCard({ path }: { readonly path: string }): ReactElement {
  const { t } = useTranslation();
  const campaigns = usePolled(path, campaignListSchema, POLL_MS);
  const posted = usePosted(campaigns.reload);
  return (
    <ListCard
      id="campaigns"
      heading={t('session.campaign.heading')}
      polled={campaigns}
      isEmpty={(value) => value.campaigns.length === 0}
      none={t('session.campaign.none')}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <NewCampaign path={path} posted={posted} />
        </>
      }
    >
      {(value) => (
        <ItemList labelledBy="campaigns">
          {value.campaigns.map((campaign) => (
            <CampaignItem key={campaign.campaignId} {...{ campaign, path, posted }} />
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}

interface ItemProps {
  readonly campaign: Campaign;
  readonly path: string;
  readonly posted: Posted;
}

function CampaignItem({ campaign, path, posted }: ItemProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { campaignId, terms, state, budgetMinor, givenMinor, discounts } = campaign;
  const language = isLanguage(i18n.language) ? i18n.language : 'en';
  const money = (minor: string): string =>
    moneyText({ amountMinor: BigInt(minor), currency: terms.currency }, language);
  const own = `${path}/${campaignId}`;
  const isOpen = state === 'planned' || state === 'running';
  return (
    <li>
      <div className="item-head">
        <strong>{terms.title[language]}</strong>
        <Mark tone={TONES[state]} icon={state === 'running' ? 'check' : 'dots'}>
          {t(`session.campaign.${state}`)}
        </Mark>
      </div>
      <p>{offerText(campaign, money, t)}</p>
      <p className="small muted">
        {t('session.campaign.dates', {
          from: dateText(terms.startsAt, language),
          // it ends before its end
          to: dateText(new Date(Date.parse(terms.endsAt) - 1).toISOString(), language),
          control: terms.controlPercent,
        })}
      </p>
      <p className="small">
        {t('session.campaign.given', {
          count: discounts,
          times: countText(discounts, language),
          given: money(givenMinor),
          budget: money(budgetMinor),
        })}
      </p>
      {state === 'planned' ? null : <LiftOf path={`${own}/lift`} currency={terms.currency} />}
      {isOpen ? (
        <div className="buttons">
          <Button
            kind="danger"
            disabled={posted.busy}
            onClick={() => void posted.post(`${own}/stop`, campaignSchema, {})}
          >
            {t('session.campaign.stop')}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

function offerText(
  { terms }: Campaign,
  money: (minor: string) => string,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  const { offer, minimumMinor } = terms;
  const from = money(minimumMinor);
  if (offer.kind === 'fixed') {
    return t('session.campaign.fixedOff', { off: money(offer.amountMinor), from });
  }
  const { percent, capMinor } = offer;
  if (capMinor === null) return t('session.campaign.percentOff', { percent, from });
  return t('session.campaign.percentOffTo', { percent, from, cap: money(capMinor) });
}

/** What a campaign has brought: the sentence, and the two groups that it is made of. */
function LiftOf(props: {
  readonly path: string;
  readonly currency: Campaign['terms']['currency'];
}): ReactElement {
  const { i18n } = useTranslation();
  const { value, failure, reload } = usePolled(props.path, liftSchema, LIFT_POLL_MS);
  if (!value)
    return failure ? <Failed failure={failure} onRetry={reload} /> : <SkeletonRows rows={2} />;
  const language = isLanguage(i18n.language) ? i18n.language : 'en';
  const { outcome, sentence } = value;
  return (
    <>
      <p>{sentence[language]}</p>
      {outcome.told ? <Groups outcome={outcome} currency={props.currency} /> : null}
    </>
  );
}

interface GroupsProps {
  readonly outcome: Extract<Lift['outcome'], { told: true }>;
  readonly currency: Campaign['terms']['currency'];
}

function Groups({ outcome, currency }: GroupsProps): ReactElement {
  const { t, i18n } = useTranslation();
  const money = (minor: number): string =>
    moneyText({ amountMinor: BigInt(Math.round(minor)), currency }, i18n.language);
  const days = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 });
  const arms = ['treated', 'control'] as const;
  return (
    <div
      className="table-frame"
      role="group"
      aria-label={t('session.campaign.groups')}
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">
              {t('session.campaign.until', { day: dayText(outcome.until, i18n.language) })}
            </th>
            <th className="number" scope="col">
              {t('session.campaign.people')}
            </th>
            <th className="number" scope="col">
              {t('session.campaign.spend')}
            </th>
            <th className="number" scope="col">
              {t('session.campaign.visits')}
            </th>
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm}>
              <th scope="row">{t(`session.campaign.${arm}`)}</th>
              <td className="number">{countText(outcome[arm].people, i18n.language)}</td>
              <td className="money">{money(outcome[arm].spendMinor)}</td>
              <td className="number">{days.format(outcome[arm].visits)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
