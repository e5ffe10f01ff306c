import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import type { OpenRefund, RefundOutcome } from '../refund-screens.ts';
import { refusalText } from '../refusal-text.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface RefundResultScreenProps {
  readonly refund: OpenRefund;
  readonly outcome: RefundOutcome;
}

/** Whether it was given back, as large as a payment's result. */
export function RefundResultScreen({ refund, outcome }: RefundResultScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  const isDone = outcome.kind === 'refunded';
  return (
    <section className="result" data-outcome={isDone ? 'paid' : 'fallback'} role="alert">
      <span className="result-icon">
        <Icon name={isDone ? 'check' : 'cross'} />
      </span>
      <ScreenHeading className="result-word">{t(`refund.${outcome.kind}`)}</ScreenHeading>
      {isDone ? (
        <p className="display">{moneyText(refund, i18n.language)}</p>
      ) : (
        <p className="title">{refusalText(outcome.refusal, t, i18n.language)}</p>
      )}
      <p className="small">
        {isDone
          ? t('result.reference', { reference: outcome.reference ?? '–' })
          : t('common.code', { code: outcome.refusal.code })}
      </p>
    </section>
  );
}
