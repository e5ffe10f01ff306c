import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  SETTLEMENT_EXCEPTION_CODES,
  settlementExceptionListSchema,
} from '../../../shared/contracts/http-settlement.ts';
import { type ExceptionFilter, recordedSchema } from '../../../shared/contracts/reconciliation.ts';
import { momentText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { ExceptionFilterButtons } from './exception-filter.tsx';

const POLL_MS = 15_000;

const SHOWN = 100;

/** What a bank or a funding source did not do, and what does not fit: each waits for a word on what was done. */
export function ExceptionsCard(): ReactElement {
  const { t, i18n } = useTranslation();
  const [state, setState] = useState<ExceptionFilter>('open');
  const path = `/api/settlement-exceptions?state=${state}&limit=${SHOWN}`;
  const listed = usePolled(path, settlementExceptionListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  const resolve = (exceptionId: number) => (note: string) =>
    void posted.post(`/api/settlement-exceptions/${exceptionId}/resolve`, recordedSchema, { note });
  return (
    <ListCard
      id="exceptions"
      heading={t('exceptions.heading')}
      polled={listed}
      isEmpty={({ exceptions }) => exceptions.length === 0}
      none={t(`exceptions.none.${state}`)}
      head={<ExceptionFilterButtons value={state} onValue={setState} />}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ exceptions }) => (
        <>
          <ItemList labelledBy="exceptions">
            {exceptions.map((each) => (
              <li key={each.exceptionId}>
                <div className="item-head">
                  <CodeText code={each.code} />
                  <span className="small muted">
                    {momentText(each.foundAt, i18n.language, Date.now())}
                  </span>
                </div>
                {each.merchantId === null ? null : <p>{each.merchantId}</p>}
                {/* written for support, in their language */}
                <p className="small muted" lang="en">
                  {each.detail}
                </p>
                <p className="small mono">{each.subject}</p>
                {each.resolvedAt === null ? (
                  <NoteForm
                    label={t('exceptions.note')}
                    busy={posted.busy}
                    choices={[
                      { label: t('exceptions.resolve'), onNote: resolve(each.exceptionId) },
                    ]}
                  />
                ) : (
                  <p>
                    {t('filter.closedWith', {
                      at: momentText(each.resolvedAt, i18n.language, Date.now()),
                      note: each.note,
                    })}
                  </p>
                )}
              </li>
            ))}
          </ItemList>
          {exceptions.length < SHOWN ? null : (
            <p className="small muted">{t('filter.newest', { count: SHOWN })}</p>
          )}
        </>
      )}
    </ListCard>
  );
}

/** What it is, or its code where another version of central has written it. */
function CodeText({ code }: { readonly code: string }): ReactElement {
  const { t } = useTranslation();
  const known = SETTLEMENT_EXCEPTION_CODES.find((each) => each === code);
  return known ? (
    <strong>{t(`exceptions.${known}`)}</strong>
  ) : (
    <strong className="mono">{code}</strong>
  );
}
