import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  bankExchangeSchema,
  PAYOUT_STATES,
  type SettlementRun,
  settlementRunDetailSchema,
  settlementRunListSchema,
} from '../../../shared/contracts/http-settlement.ts';
import { Button } from '../../../shared/web/button.tsx';
import { dayText, momentText, moneyText } from '../../../shared/web/format.ts';
import { newId } from '../../../shared/web/ids.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { PayoutMark } from '../desk/payout-mark.tsx';
import { TextField } from '../desk/text-field.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 10_000;
const SHOWN = 30;

/** Settlement runs and where their payouts stand; a run on demand, a missed day, the exchange with the bank. */
export function RunsCard(): ReactElement {
  const { t } = useTranslation();
  const runs = usePolled(`/api/settlements?limit=${SHOWN}`, settlementRunListSchema, POLL_MS);
  const posted = usePosted(runs.reload);
  return (
    <ListCard
      id="runs"
      heading={t('runs.heading')}
      polled={runs}
      isEmpty={(value) => value.runs.length === 0}
      none={t('runs.none')}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <NewRun posted={posted} />
        </>
      }
    >
      {(value) => (
        <ItemList labelledBy="runs">
          {value.runs.map((run) => (
            <RunItem key={run.runId} run={run} />
          ))}
        </ItemList>
      )}
    </ListCard>
  );
}

function NewRun({ posted }: { readonly posted: Posted }): ReactElement {
  const { t } = useTranslation();
  const [day, setDay] = useState('');
  // one id until its run is done: pressed again after a lost answer it is the same run
  const [runId, setRunId] = useState(newId);
  const run = async (request: object): Promise<void> => {
    const body = { runId, currency: 'CNY', ...request };
    if (await posted.post('/api/settlements', settlementRunDetailSchema, body)) setRunId(newId());
  };
  const exchange = (): void => void posted.post('/api/bank/exchange', bankExchangeSchema, {});
  return (
    <>
      <div className="buttons">
        <Button disabled={posted.busy} onClick={() => void run({ kind: 'demand' })}>
          {t('runs.now')}
        </Button>
        <Button disabled={posted.busy} onClick={exchange}>
          {t('runs.exchange')}
        </Button>
      </div>
      <div className="fields">
        <TextField label={t('runs.day')} type="date" value={day} onText={setDay} />
        <Button
          disabled={posted.busy || day === ''}
          onClick={() => void run({ kind: 'daily', day })}
        >
          {t('runs.settleDay')}
        </Button>
      </div>
    </>
  );
}

function RunItem({ run }: { readonly run: SettlementRun }): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const total = { amountMinor: BigInt(run.totalMinor), currency: run.currency };
  return (
    <li>
      <div className="item-head">
        <strong className="money">{moneyText(total, language)}</strong>
        <span className="small muted">
          {t(`runs.${run.kind}`)} · {dayText(run.day, language)} ·{' '}
          {momentText(run.startedAt, language, Date.now())}
        </span>
      </div>
      <div className="item-head">
        <span>{t('runs.payouts', { count: run.payouts })}</span>
        {PAYOUT_STATES.filter((state) => run.states[state] > 0).map((state) => (
          <span key={state} className="counted">
            <PayoutMark state={state} /> {run.states[state]}
          </span>
        ))}
      </div>
      {run.files.map((file) => (
        <p key={file.messageId} className="small">
          <a className="mono" href={`/api/settlement-files/${file.messageId}`}>
            {file.messageId}
          </a>{' '}
          {file.sentAt === null ? t('runs.notSent') : t('runs.sent')}
        </p>
      ))}
    </li>
  );
}
