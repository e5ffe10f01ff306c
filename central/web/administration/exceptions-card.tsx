import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { settlementExceptionListSchema } from '../../../shared/contracts/http-settlement.ts';
import { recordedSchema } from '../../../shared/contracts/reconciliation.ts';
import { momentText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { usePosted } from '../desk/use-posted.ts';

const POLL_MS = 15_000;

/** What a bank rejected or sent back, and what does not fit: each waits for a word on what was done. */
export function ExceptionsCard(): ReactElement {
  const { t, i18n } = useTranslation();
  const listed = usePolled('/api/settlement-exceptions', settlementExceptionListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="exceptions"
      heading={t('exceptions.heading')}
      polled={listed}
      isEmpty={({ exceptions }) => exceptions.length === 0}
      none={t('exceptions.none')}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ exceptions }) => (
        <ul className="items">
          {exceptions.map((each) => (
            <li key={each.exceptionId}>
              <div className="item-head">
                <strong>{t(`exceptions.${each.code}`)}</strong>
                <span className="small muted">
                  {momentText(each.foundAt, i18n.language, Date.now())}
                </span>
              </div>
              <p>
                {each.merchantId === null ? '' : `${each.merchantId} · `}
                {each.detail}
              </p>
              <p className="small mono">{each.subject}</p>
              <NoteForm
                label={t('exceptions.note')}
                busy={posted.busy}
                choices={[
                  {
                    label: t('exceptions.resolve'),
                    onNote: (note) => {
                      const path = `/api/settlement-exceptions/${each.exceptionId}/resolve`;
                      void posted.post(path, recordedSchema, { note });
                    },
                  },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
    </ListCard>
  );
}
