import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StaffPage } from '../session/staff-page.tsx';
import { DifferencesCard } from './differences-card.tsx';
import { DisputesCard } from './disputes-card.tsx';
import { ExceptionsCard } from './exceptions-card.tsx';
import { PaymentsInCard } from './payments-in-card.tsx';
import { ReviewCard } from './review-card.tsx';
import { RunsCard } from './runs-card.tsx';

/** What waits for the administration of the streets: applications, payouts, what a bank refused, what shoppers paid in, where books differ, disputes. */
export function AdministrationApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="administration" heading={t('heading')}>
      {() => (
        <div className="desk">
          <ReviewCard />
          <RunsCard />
          <ExceptionsCard />
          <PaymentsInCard />
          <DifferencesCard />
          <DisputesCard />
        </div>
      )}
    </StaffPage>
  );
}
