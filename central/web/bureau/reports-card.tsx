import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type BureauReport,
  bureauReportListSchema,
} from '../../../shared/contracts/http-bureau.ts';
import { dateText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { ListCard } from '../desk/list-card.tsx';

const POLL_MS = 300_000;

/** Reports of weeks and months, as they were made. */
export function ReportsCard(): ReactElement {
  const { t } = useTranslation();
  const listed = usePolled('/api/bureau/reports', bureauReportListSchema, POLL_MS);
  return (
    <ListCard
      id="reports"
      heading={t('reports.heading')}
      polled={listed}
      isEmpty={({ reports }) => reports.length === 0}
      none={t('reports.none')}
    >
      {({ reports }) => (
        <>
          <p className="small muted">{t('reports.what')}</p>
          <ItemList labelledBy="reports">
            {reports.map((report) => (
              <ReportItem key={`${report.kind} ${report.period}`} report={report} />
            ))}
          </ItemList>
        </>
      )}
    </ListCard>
  );
}

function ReportItem({ report }: { readonly report: BureauReport }): ReactElement {
  const { t, i18n } = useTranslation();
  const { kind, period, bytes, madeAt } = report;
  const month = new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'long' });
  const name =
    kind === 'week'
      ? t('reports.week', { day: dateText(period, i18n.language) })
      : t('reports.month', { month: month.format(new Date(`${period}-15`)) });
  return (
    <li>
      <div className="item-head">
        <a href={`/api/bureau/reports/${kind}/${period}`}>{name}</a>
        <span className="small muted">
          {t('reports.size', { size: Math.ceil(bytes / 1_000) })} ·{' '}
          {dateText(madeAt, i18n.language)}
        </span>
      </div>
    </li>
  );
}
