import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Currency } from '../../../shared/domain/money.ts';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText, timeText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { pressAmountKey } from '../amount-entry.ts';
import { AmountPad } from '../amount-pad.tsx';
import { fitted } from '../fitted.ts';
import type { Welcome } from '../hub-session.ts';
import type { LastPaid } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface AmountScreenProps {
  readonly amountMinor: bigint;
  /** Undefined while the hub is not reached. */
  readonly welcome: Welcome | undefined;
  readonly lastPaid: LastPaid | null;
  readonly onChange: (amountMinor: bigint) => void;
  readonly onNext: () => void;
  readonly onRecent: () => void;
}

const BEFORE_WELCOME: Currency = 'CNY';

/** What is due, typed by the cashier, and the way to the last payments. */
export function AmountScreen(props: AmountScreenProps): ReactElement {
  const { amountMinor, welcome, lastPaid, onChange, onNext, onRecent } = props;
  const { t, i18n } = useTranslation();
  const currency = welcome?.currency ?? BEFORE_WELCOME;
  const amount = moneyText({ amountMinor, currency }, i18n.language);
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title muted">{t('amount.heading')}</ScreenHeading>
        <output className="amount money" aria-live="polite" style={fitted(amount)}>
          {amount}
        </output>
        <div className="amount-foot">
          <AmountNotes welcome={welcome} lastPaid={lastPaid} />
          <Button kind="quiet" disabled={!welcome} onClick={onRecent}>
            {t('recent.heading')}
            <Icon name="link" />
          </Button>
        </div>
      </div>
      <AmountPad onKey={(key) => onChange(pressAmountKey(amountMinor, key))} onEnter={onNext} />
      <Button kind="primary" disabled={amountMinor === 0n || !welcome} onClick={onNext}>
        {t('amount.next')}
      </Button>
    </section>
  );
}

function AmountNotes({ welcome, lastPaid }: Pick<AmountScreenProps, 'welcome' | 'lastPaid'>) {
  const { t, i18n } = useTranslation();
  if (lastPaid) {
    const amount = moneyText(lastPaid, i18n.language);
    const time = timeText(lastPaid.capturedAt, i18n.language);
    return <p className="muted">{t('amount.lastPaid', { amount, time })}</p>;
  }
  if (!welcome) return <p className="muted">{t('link.connecting')}</p>;
  const limit = { amountMinor: BigInt(welcome.limitMinor), currency: welcome.currency };
  return <p className="muted">{t('amount.limit', { amount: moneyText(limit, i18n.language) })}</p>;
}
