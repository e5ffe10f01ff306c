import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { fitted } from '../fitted.ts';
import type { OpenPayment } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface CheckingScreenProps {
  readonly payment: OpenPayment;
  /** The answer was lost: neither paid nor not paid may be said. */
  readonly unsure: boolean;
}

export function CheckingScreen({ payment, unsure }: CheckingScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  const amount = moneyText(payment, i18n.language);
  return (
    <section className="screen" aria-live="assertive">
      <div className="screen-middle">
        <span className="big-icon muted">
          <Icon name={unsure ? 'again' : 'dots'} />
        </span>
        <ScreenHeading className="display">
          {unsure ? t('check.unsureHeading') : t('check.heading')}
        </ScreenHeading>
        <p className="title">{unsure ? t('check.unsureNote') : t('check.note')}</p>
        <p className="amount-huge" style={fitted(amount)}>
          {amount}
        </p>
      </div>
    </section>
  );
}
