import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type PaymentIn,
  type PaymentInState,
  paymentInListSchema,
  paymentInSchema,
  type ReturnState,
} from '../../../shared/contracts/http-funding.ts';
import { Button } from '../../../shared/web/button.tsx';
import { momentText, moneyText } from '../../../shared/web/format.ts';
import { Mark, type Tone } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { FilterButtons } from '../desk/filter-buttons.tsx';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 5_000;
const SHOWN = 100;
const FILTERS = ['all', 'open'] as const;

const TONES: Readonly<Record<PaymentInState, Tone>> = {
  waiting: 'more',
  sent: 'more',
  cancelling: 'more',
  collected: 'good',
  refused: 'bad',
  cancelled: 'quiet',
  unresolved: 'bad',
};

const RETURN_TONES: Readonly<Record<ReturnState, Tone>> = {
  waiting: 'more',
  returned: 'good',
  refused: 'bad',
  unresolved: 'bad',
};

/** What shoppers paid in, from which source, and what is not over: a question that is open, money on its way back. */
export function PaymentsInCard(): ReactElement {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof FILTERS)[number]>('all');
  const path = `/api/payments-in?state=${state}&limit=${SHOWN}`;
  const listed = usePolled(path, paymentInListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  const choices = FILTERS.map((value) => ({ value, label: t(`filter.${value}`) }));
  return (
    <ListCard
      id="payments-in"
      heading={t('paymentsIn.heading')}
      polled={listed}
      isEmpty={({ paymentsIn }) => paymentsIn.length === 0}
      none={t(`paymentsIn.none.${state}`)}
      head={
        <FilterButtons
          label={t('filter.label')}
          choices={choices}
          value={state}
          onValue={setState}
        />
      }
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ paymentsIn }) => (
        <>
          <ItemList labelledBy="payments-in">
            {paymentsIn.map((payment) => (
              <PaymentInItem key={payment.paymentInId} payment={payment} posted={posted} />
            ))}
          </ItemList>
          {paymentsIn.length < SHOWN ? null : (
            <p className="small muted">{t('filter.newest', { count: SHOWN })}</p>
          )}
        </>
      )}
    </ListCard>
  );
}

interface ItemProps {
  readonly payment: PaymentIn;
  readonly posted: Posted;
}

function PaymentInItem({ payment, posted }: ItemProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { paymentInId, currency, source, state, reason, reference, returns } = payment;
  const { language } = i18n;
  const money = (minor: string): string =>
    moneyText({ amountMinor: BigInt(minor), currency }, language);
  const isStuck = state === 'unresolved' || returns.some((each) => each.state === 'unresolved');
  const askAgain = (): void =>
    void posted.post(`/api/payments-in/${paymentInId}/ask-again`, paymentInSchema, {});
  return (
    <li>
      <div className="item-head">
        <strong>
          {money(payment.amountMinor)} · {t(`paymentsIn.source.${source}`)}
        </strong>
        <StateMark tone={TONES[state]}>{t(`paymentsIn.state.${state}`)}</StateMark>
      </div>
      <p className="small muted">
        {momentText(payment.requestedAt, language, Date.now())} ·{' '}
        <span className="mono">{reference ?? paymentInId}</span>
      </p>
      {reason === null ? null : <p className="small">{t('common.code', { code: reason })}</p>}
      {returns.map((each) => (
        <div key={each.returnId} className="item-head">
          <span>
            {t('paymentsIn.back', { amount: money(each.amountMinor) })}
            {each.reason === null ? null : (
              <span className="small muted"> {t('common.code', { code: each.reason })}</span>
            )}
          </span>
          <StateMark tone={RETURN_TONES[each.state]}>
            {t(`paymentsIn.return.${each.state}`)}
          </StateMark>
        </div>
      ))}
      {isStuck ? (
        <div className="buttons">
          <Button disabled={posted.busy} onClick={askAgain}>
            {t('paymentsIn.askAgain')}
          </Button>
        </div>
      ) : null}
    </li>
  );
}

const ICONS = { good: 'check', more: 'dots', bad: 'cross', quiet: 'back' } as const;

function StateMark(props: { readonly tone: Tone; readonly children: string }): ReactElement {
  return (
    <Mark tone={props.tone} icon={ICONS[props.tone]}>
      {props.children}
    </Mark>
  );
}
