import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { appealListSchema } from '../../../shared/contracts/http-standing.ts';
import { dateText } from '../../../shared/web/format.ts';
import { Mark } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { ListCard } from '../desk/list-card.tsx';

const POLL_MS = 30_000;

/** What people have decided of appeals, and why. */
export function DecidedCard(): ReactElement {
  const { t, i18n } = useTranslation();
  const listed = usePolled('/api/standing/appeals?state=decided', appealListSchema, POLL_MS);
  return (
    <ListCard
      id="decided"
      heading={t('decided.heading')}
      polled={listed}
      isEmpty={({ scores }) => scores.length === 0}
      none={t('decided.none')}
    >
      {({ scores }) => (
        <ItemList labelledBy="decided">
          {scores.map(({ scoreId, companyName, grade, appeal }) => (
            <li key={scoreId}>
              <div className="item-head">
                <strong>{companyName}</strong>
                <Mark tone="quiet" icon={appeal?.decision === 'changed' ? 'swap' : 'check'}>
                  {appeal?.decision === 'changed'
                    ? t('decided.changed', { from: grade ?? '–', to: appeal.grade })
                    : t('decided.kept', { grade: grade ?? '–' })}
                </Mark>
              </div>
              <blockquote>{appeal?.words}</blockquote>
              <p>{appeal?.note}</p>
              <p className="small muted">
                {appeal?.decidedAt ? dateText(appeal.decidedAt, i18n.language) : ''}
              </p>
            </li>
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}
