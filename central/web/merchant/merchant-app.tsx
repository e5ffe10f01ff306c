import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Merchant } from '../../../shared/contracts/http-merchants.ts';
import type { SignedIn } from '../../../shared/contracts/http-sign-in.ts';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { CampaignsCard } from '../desk/campaigns-card.tsx';
import { Failed } from '../desk/list-card.tsx';
import { useMerchants } from '../desk/use-merchants.ts';
import { StaffPage } from '../session/staff-page.tsx';
import { Application } from './application.tsx';
import { CompanyCard } from './company-card.tsx';
import { CustomersCard } from './customers-card.tsx';
import { DisputesCard } from './disputes-card.tsx';
import { DueCard } from './due-card.tsx';
import { PayoutsCard } from './payouts-card.tsx';
import { ShopsCard } from './shops-card.tsx';
import { StaffCard } from './staff-card.tsx';
import { StandingCard } from './standing-card.tsx';
import { StatementCard } from './statement-card.tsx';

const POLL_MS = 30_000;

/** A merchant's own money: what is due, what was paid, its statements, disputes, shops and people. */
export function MerchantApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="merchant" heading={t('heading')}>
      {(person) => <Merchants person={person} />}
    </StaffPage>
  );
}

function Merchants({ person }: { readonly person: SignedIn }): ReactElement {
  const { t } = useTranslation();
  const listed = useMerchants(POLL_MS);
  const [chosen, setChosen] = useState<string>();
  const merchants = listed.value;
  if (!merchants) {
    if (listed.failure) return <Failed failure={listed.failure} onRetry={listed.reload} />;
    return <SkeletonRows rows={4} />;
  }
  const merchant = merchants.find(({ merchantId }) => merchantId === chosen) ?? merchants[0];
  if (!merchant) {
    if (person.role === 'owner') return <Application onDone={listed.reload} />;
    return <p className="muted">{t('none')}</p>;
  }
  return (
    <>
      {merchants.length > 1 ? (
        <div className="field choose">
          <label htmlFor="merchant">{t('choose')}</label>
          <select
            id="merchant"
            value={merchant.merchantId}
            onChange={(event) => setChosen(event.target.value)}
          >
            {merchants.map(({ merchantId, companyName }) => (
              <option key={merchantId} value={merchantId}>
                {companyName} ({merchantId})
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <OfMerchant
        key={merchant.merchantId}
        merchant={merchant}
        role={person.role}
        onChanged={listed.reload}
      />
    </>
  );
}

interface OfMerchantProps {
  readonly merchant: Merchant;
  readonly role: SignedIn['role'];
  readonly onChanged: () => void;
}

/** Cashiers see disputes and shops; money and people are the owner's. */
function OfMerchant({ merchant, role, onChanged }: OfMerchantProps): ReactElement {
  const { merchantId } = merchant;
  const isOwner = role !== 'cashier';
  return (
    <div className="desk">
      <CompanyCard merchant={merchant} onProposed={isOwner ? onChanged : undefined} />
      {isOwner ? <DueCard merchantId={merchantId} /> : null}
      {isOwner ? <PayoutsCard merchantId={merchantId} /> : null}
      {isOwner ? <StatementCard merchantId={merchantId} /> : null}
      <DisputesCard merchantId={merchantId} mayReply={isOwner} />
      {role === 'owner' || role === 'operator' ? (
        <>
          <CustomersCard merchantId={merchantId} />
          <CampaignsCard path={`/api/merchants/${merchantId}/campaigns`} />
          <StandingCard merchantId={merchantId} isOwner={role === 'owner'} />
        </>
      ) : null}
      <ShopsCard merchantId={merchantId} />
      {isOwner ? <StaffCard merchantId={merchantId} /> : null}
    </div>
  );
}
