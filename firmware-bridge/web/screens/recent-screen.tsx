import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PaymentStandingData } from '../../../shared/contracts/terminal-moves.ts';
import { Button } from '../../../shared/web/button.tsx';
import { momentText, moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import type { Recent } from '../refund-screens.ts';
import { refusalText } from '../refusal-text.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface RecentScreenProps {
  readonly recent: Recent;
  readonly onRefund: (payment: PaymentStandingData) => void;
  readonly onRetry: () => void;
  readonly onBack: () => void;
}

/** The shop's last payments, of which the cashier may give one back. */
export function RecentScreen(props: RecentScreenProps): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="screen">
      <div className="recent">
        <ScreenHeading className="title">{t('recent.heading')}</ScreenHeading>
        <RecentList {...props} />
      </div>
      <Button onClick={props.onBack}>
        <Icon name="back" />
        {t('recent.back')}
      </Button>
    </section>
  );
}

function RecentList({ recent, onRefund, onRetry }: RecentScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  if (recent === null) return <SkeletonRows rows={5} />;
  if ('refusal' in recent) {
    return (
      <Notice tone="bad" icon="cross">
        <p className="title">{refusalText(recent.refusal, t, i18n.language)}</p>
        <p className="small muted">{t('common.code', { code: recent.refusal.code })}</p>
        <Button onClick={onRetry}>{t('common.retry')}</Button>
      </Notice>
    );
  }
  const { payments } = recent;
  if (payments.length === 0) return <p className="title muted">{t('recent.none')}</p>;
  return (
    <ul className="recent-list">
      {payments.map((payment) => (
        <RecentPayment key={payment.paymentId} payment={payment} onRefund={onRefund} />
      ))}
    </ul>
  );
}

interface RecentPaymentProps {
  readonly payment: PaymentStandingData;
  readonly onRefund: (payment: PaymentStandingData) => void;
}

function RecentPayment({ payment, onRefund }: RecentPaymentProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const { currency, state, capturedAt, reference } = payment;
  const money = (minor: string) => moneyText({ amountMinor: BigInt(minor), currency }, language);
  const amount = money(payment.amountMinor);
  const isWhole = payment.refundableMinor !== '0';
  return (
    <li>
      <div>
        <strong className="title money">{amount}</strong>
        <p className="small muted">
          {capturedAt === null ? '' : momentText(capturedAt, language, Date.now())}
          {reference === null ? '' : ` · ${t('amount.reference', { reference })}`}
        </p>
        <p className="small">
          {state === 'partly_refunded'
            ? t('recent.partly', { amount: money(payment.refundedMinor) })
            : t(`recent.state.${state}`)}
        </p>
      </div>
      {isWhole ? (
        <Button aria-label={t('recent.refundOf', { amount })} onClick={() => onRefund(payment)}>
          {t('recent.refund')}
        </Button>
      ) : null}
    </li>
  );
}
