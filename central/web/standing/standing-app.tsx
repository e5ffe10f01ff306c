import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { StaffPage } from '../session/staff-page.tsx';
import { AppealsCard } from './appeals-card.tsx';
import { CompaniesCard } from './companies-card.tsx';
import { DecidedCard } from './decided-card.tsx';
import { ModelsCard } from './models-card.tsx';

/** Companies' standing for the bureau: what waits for a person, what people decided, who may be scored, and by what. */
export function StandingApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="standing" heading={t('heading')}>
      {() => (
        <div className="desk">
          <AppealsCard />
          <CompaniesCard />
          <DecidedCard />
          <ModelsCard />
        </div>
      )}
    </StaffPage>
  );
}
