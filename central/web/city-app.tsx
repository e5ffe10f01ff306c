import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { cityHubListSchema, trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { BooksCard } from './books-card.tsx';
import { Failed } from './desk/list-card.tsx';
import { PaymentsCard } from './payments-card.tsx';
import { StaffPage } from './session/staff-page.tsx';
import { StreetCard } from './street-card.tsx';

const POLL_MS = 3_000;

/** The city's view of its streets: who sells, what is booked, what is missing. Nobody is named. */
export function CityApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="city" heading={t('heading')}>
      {() => <City />}
    </StaffPage>
  );
}

function City(): ReactElement {
  const { t } = useTranslation();
  const hubs = usePolled('/api/hubs', cityHubListSchema, POLL_MS);
  const books = usePolled('/api/ledger/trial-balance', trialBalanceSchema, POLL_MS);
  const failure = hubs.failure ?? books.failure;
  const streets = hubs.value?.hubs;
  const retry = (): void => {
    hubs.reload();
    books.reload();
  };
  return (
    <>
      {failure ? <Failed failure={failure} onRetry={retry} /> : null}
      <section aria-labelledby="streets">
        <h2 id="streets" className="unseen">
          {t('streets.heading')}
        </h2>
        {streets === undefined && !hubs.failure ? <SkeletonRows rows={3} /> : null}
        {streets?.length === 0 ? <p className="muted">{t('streets.none')}</p> : null}
        <ul className="streets">
          {streets?.map((hub) => (
            <li key={hub.hubId}>
              <StreetCard hub={hub} />
            </li>
          ))}
        </ul>
      </section>
      <PaymentsCard streets={streets ?? []} />
      <BooksCard books={books.value} isFailed={books.failure !== undefined} />
    </>
  );
}
