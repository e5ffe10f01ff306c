import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import {
  type ExceptionFilter,
  exceptionListSchema,
  type ReconciliationException,
  recordedSchema,
  type UnreadableException,
} from '../../../shared/contracts/reconciliation.ts';
import { Button } from '../../../shared/web/button.tsx';
import { momentText } from '../../../shared/web/format.ts';
import { Mark } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';
import { DifferenceDetail } from './difference-detail.tsx';
import { ExceptionFilterButtons } from './exception-filter.tsx';

const POLL_MS = 15_000;
const SHOWN = 100;

/** Where terminals' journals, hubs' ledgers and central's book differ, and when the books were last walked. */
export function DifferencesCard(): ReactElement {
  const { t } = useTranslation();
  const [state, setState] = useState<ExceptionFilter>('open');
  const path = `/api/reconciliation/exceptions?state=${state}&limit=${SHOWN}`;
  const listed = usePolled(path, exceptionListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="differences"
      heading={t('differences.heading')}
      polled={listed}
      isEmpty={({ exceptions }) => exceptions.length === 0}
      none={t(`differences.none.${state}`)}
      head={<ExceptionFilterButtons value={state} onValue={setState} />}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          {listed.value ? <Walks runs={listed.value.runs} posted={posted} /> : null}
        </>
      }
    >
      {({ exceptions }) => (
        <>
          <ItemList labelledBy="differences">
            {exceptions.map((each) =>
              'subject' in each ? (
                <DifferenceItem key={each.exceptionId} difference={each} posted={posted} />
              ) : (
                <UnreadableItem key={each.exceptionId} difference={each} />
              ),
            )}
          </ItemList>
          {exceptions.length < SHOWN ? null : (
            <p className="small muted">{t('filter.newest', { count: SHOWN })}</p>
          )}
        </>
      )}
    </ListCard>
  );
}

interface ItemProps {
  readonly difference: ReconciliationException;
  readonly posted: Posted;
}

function DifferenceItem({ difference, posted }: ItemProps): ReactElement {
  const { t, i18n } = useTranslation();
  const [isShown, setIsShown] = useState(false);
  const { code, hubId, subject, lastSeenAt, timesSeen, source, resolvedAt } = difference;
  const seen = momentText(lastSeenAt, i18n.language, Date.now());
  return (
    <li>
      <div className="item-head">
        <strong>{t(`differences.code.${code}`)}</strong>
        <StateMark isOpen={resolvedAt === null} />
      </div>
      <p className="small muted">
        {hubId} · <span className="mono">{subject}</span>
      </p>
      <p className="small muted">
        {t(`differences.source.${source}`)} ·{' '}
        {t('differences.seen', { count: timesSeen, at: seen })}
      </p>
      <div className="buttons">
        <Button aria-expanded={isShown} onClick={() => setIsShown((last) => !last)}>
          {t(isShown ? 'differences.hide' : 'differences.show')}
        </Button>
      </div>
      {isShown ? <DifferenceDetail difference={difference} posted={posted} /> : null}
    </li>
  );
}

/** One that this version cannot read: what somebody needs to find it with. */
function UnreadableItem(props: { readonly difference: UnreadableException }): ReactElement {
  const { t, i18n } = useTranslation();
  const { exceptionId, hubId, code, lastSeenAt, resolvedAt } = props.difference;
  return (
    <li>
      <div className="item-head">
        <strong>{t('differences.unreadable')}</strong>
        <StateMark isOpen={resolvedAt === null} />
      </div>
      <p className="small muted">
        {hubId} · <span className="mono">{code}</span> ·{' '}
        {t('differences.number', { id: exceptionId })} ·{' '}
        {momentText(lastSeenAt, i18n.language, Date.now())}
      </p>
      <p className="small">{t('differences.unreadableWhy')}</p>
    </li>
  );
}

function StateMark({ isOpen }: { readonly isOpen: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <Mark tone={isOpen ? 'more' : 'quiet'} icon={isOpen ? 'dots' : 'check'}>
      {t(isOpen ? 'filter.isOpen' : 'filter.isClosed')}
    </Mark>
  );
}

type Run = z.infer<typeof exceptionListSchema>['runs'][number];

interface WalksProps {
  readonly runs: readonly Run[];
  readonly posted: Posted;
}

/** The last nightly walk of each hub's books, and how to make one now. */
function Walks({ runs, posted }: WalksProps): ReactElement {
  const { t } = useTranslation();
  const walk = (): void => void posted.post('/api/reconciliation/runs', recordedSchema, {});
  return (
    <>
      <h3>{t('differences.walks')}</h3>
      {runs.length === 0 ? (
        <p className="muted">{t('differences.neverWalked')}</p>
      ) : (
        <ul className="walks">
          {runs.map((run) => (
            <Walk key={run.hubId} run={run} />
          ))}
        </ul>
      )}
      <div className="buttons">
        <Button disabled={posted.busy} onClick={walk}>
          {t('differences.walk')}
        </Button>
      </div>
    </>
  );
}

function Walk({ run }: { readonly run: Run }): ReactElement {
  const { t, i18n } = useTranslation();
  const { hubId, runAt, differences } = run;
  const isClean = differences === 0;
  return (
    <li className="item-head">
      <span>{hubId}</span>
      <span className="small muted">{momentText(runAt, i18n.language, Date.now())}</span>
      <Mark tone={isClean ? 'good' : 'bad'} icon={isClean ? 'check' : 'cross'}>
        {t('differences.found', { count: differences })}
      </Mark>
    </li>
  );
}
