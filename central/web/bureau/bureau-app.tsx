import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type BureauSeries,
  bureauMapSchema,
  bureauSeriesSchema,
  bureauWeekSchema,
} from '../../../shared/contracts/http-bureau.ts';
import { dayText } from '../../../shared/web/format.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { CampaignsCard } from '../desk/campaigns-card.tsx';
import { Failed } from '../desk/list-card.tsx';
import { StaffPage } from '../session/staff-page.tsx';
import { BureauCards } from './bureau-cards.tsx';
import { ReportsCard } from './reports-card.tsx';
import { useAnswer } from './use-answer.ts';

/** The city's streets and trades for the commerce bureau, a week at a time. */
export function BureauApp(): ReactElement {
  const { t } = useTranslation();
  return (
    <StaffPage name="bureau" heading={t('heading')}>
      {({ role }) => (
        <>
          <Weeks />
          {role === 'analyst' || role === 'operator' ? (
            <CampaignsCard path="/api/campaigns" />
          ) : null}
        </>
      )}
    </StaffPage>
  );
}

/** What was released, week by week, and the reports of it. */
function Weeks(): ReactElement {
  return (
    <>
      <ReleasedWeeks />
      <ReportsCard />
    </>
  );
}

function ReleasedWeeks(): ReactElement {
  const { t } = useTranslation();
  const series = useAnswer('/api/bureau/series', bureauSeriesSchema);
  if (series.failure) return <Failed failure={series.failure} onRetry={series.reload} />;
  if (!series.value) return <SkeletonRows rows={8} />;
  if (series.value.weeks.length === 0) {
    return (
      <Notice tone="quiet" icon="info">
        {t('nothingYet')}
      </Notice>
    );
  }
  return <Week series={series.value} />;
}

function Week({ series }: { readonly series: BureauSeries }): ReactElement {
  const { t, i18n } = useTranslation();
  const newest = series.weeks.at(-1)?.week ?? '';
  const [chosen, setChosen] = useState(newest);
  const [street, setStreet] = useState('');
  const week = useAnswer(`/api/bureau/weeks/${chosen}`, bureauWeekSchema);
  const map = useAnswer('/api/bureau/map', bureauMapSchema);
  return (
    <>
      <div className="bureau-bar">
        <div className="field">
          <label htmlFor="week">{t('week')}</label>
          <select id="week" value={chosen} onChange={(event) => setChosen(event.target.value)}>
            {series.weeks.toReversed().map(({ week: monday, holiday }) => (
              <option key={monday} value={monday}>
                {dayText(monday, i18n.language)}
                {holiday === null
                  ? ''
                  : ` · ${t(`holidays.${holiday}`, { defaultValue: holiday })}`}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="street">{t('street')}</label>
          <select id="street" value={street} onChange={(event) => setStreet(event.target.value)}>
            <option value="">{t('wholeCity')}</option>
            {series.streets.map(({ street: id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <a href={`/api/bureau/weeks/${chosen}/export.csv`}>{t('csv')}</a>
        <a href={`/api/bureau/weeks/${chosen}/export.xlsx`}>{t('xlsx')}</a>
      </div>
      <p className="small muted">{t('howTold')}</p>
      {week.failure ? <Failed failure={week.failure} onRetry={week.reload} /> : null}
      {!week.value && !week.failure ? <SkeletonRows rows={8} /> : null}
      {week.value ? (
        <BureauCards
          series={series}
          week={week.value}
          map={map.value ?? { streets: [] }}
          street={street}
        />
      ) : null}
    </>
  );
}
