import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Money } from '../../../shared/domain/money.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { fitted } from '../fitted.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface CheckingScreenProps {
  readonly money: Money;
  /** Whether it is on its way to the shop, or back. */
  readonly way: 'payment' | 'refund';
  /** The answer was lost: neither done nor not done may be said. */
  readonly unsure: boolean;
}

export function CheckingScreen({ money, way, unsure }: CheckingScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  const amount = moneyText(money, i18n.language);
  return (
    <section className="screen" aria-live="assertive">
      <div className="screen-middle">
        <span className="big-icon muted">
          <Icon name={unsure ? 'again' : 'dots'} />
        </span>
        <ScreenHeading className="display">
          {unsure ? t('check.unsureHeading') : t('check.heading')}
        </ScreenHeading>
        <p className="title">{t(`check.${way}.${unsure ? 'unsure' : 'note'}`)}</p>
        <p className="amount-huge" style={fitted(amount)}>
          {amount}
        </p>
      </div>
    </section>
  );
}
