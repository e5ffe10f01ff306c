import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon, type IconName } from '../../../shared/web/icon.tsx';
import { isLanguage } from '../../../shared/web/language.ts';
import type { OpenPayment, Outcome } from '../payment-flow.ts';
import { refusalText } from '../refusal-text.ts';
import { ScreenHeading } from '../screen-heading.tsx';

const ICONS: Record<Outcome['kind'], IconName> = {
  paid: 'check',
  declined: 'again',
  fallback: 'cross',
};

interface ResultScreenProps {
  readonly payment: OpenPayment;
  readonly outcome: Outcome;
}

/** Fills the screen for two seconds: colour, icon, word and sound say the same. */
export function ResultScreen({ payment, outcome }: ResultScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  return (
    <section className="result" data-outcome={outcome.kind} role="alert">
      <span className="result-icon">
        <Icon name={ICONS[outcome.kind]} />
      </span>
      <ScreenHeading className="result-word">{t(`result.${outcome.kind}`)}</ScreenHeading>
      {outcome.kind === 'paid' ? (
        <Paid payment={payment} discount={outcome.discount} />
      ) : (
        <p className="title">{refusalText(outcome.refusal, t, i18n.language)}</p>
      )}
      <p className="small">
        {outcome.kind === 'paid'
          ? t('result.reference', { reference: outcome.reference })
          : t('common.code', { code: outcome.refusal.code })}
      </p>
    </section>
  );
}

interface PaidProps {
  readonly payment: OpenPayment;
  readonly discount: Extract<Outcome, { kind: 'paid' }>['discount'];
}

/** What is paid; below it what a campaign has taken off, and of what. */
function Paid({ payment, discount }: PaidProps): ReactElement {
  const { t, i18n } = useTranslation();
  const money = (amountMinor: bigint): string =>
    moneyText({ ...payment, amountMinor }, i18n.language);
  if (!discount) return <p className="display">{money(payment.amountMinor)}</p>;
  const title = discount.title[isLanguage(i18n.language) ? i18n.language : 'en'];
  return (
    <>
      <p className="display">{money(payment.amountMinor - discount.amountMinor)}</p>
      <p className="title">
        {t('result.discount', {
          title,
          off: money(discount.amountMinor),
          price: money(payment.amountMinor),
        })}
      </p>
    </>
  );
}
