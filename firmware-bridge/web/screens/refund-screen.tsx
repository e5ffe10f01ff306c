import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { momentText, moneyText } from '../../../shared/web/format.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { type AmountKey, pressAmountKey } from '../amount-entry.ts';
import { AmountPad } from '../amount-pad.tsx';
import { fitted } from '../fitted.ts';
import type { RefundScreen as State } from '../refund-screens.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface RefundScreenProps {
  readonly state: Extract<State, { name: 'refund' }>;
  /** Whether the hub is reached. */
  readonly isOnline: boolean;
  readonly onChange: (amountMinor: bigint) => void;
  readonly onSend: () => void;
  readonly onCancel: () => void;
}

/** How much of a payment is given back: all that is left of it, unless the cashier types less. */
export function RefundScreen(props: RefundScreenProps): ReactElement {
  const { state, isOnline, onChange, onSend, onCancel } = props;
  const { t, i18n } = useTranslation();
  const { amountMinor, isTyped, payment } = state;
  const { currency, capturedAt } = payment;
  const text = (minor: bigint): string =>
    moneyText({ amountMinor: minor, currency }, i18n.language);
  const mostMinor = BigInt(payment.refundableMinor);
  const isTooMuch = amountMinor > mostMinor;
  const amount = text(amountMinor);
  // the first digit takes the place of the whole
  const press = (key: AmountKey): void => onChange(pressAmountKey(isTyped ? amountMinor : 0n, key));
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title muted">{t('refund.heading')}</ScreenHeading>
        <output className="amount money" aria-live="polite" style={fitted(amount)}>
          {amount}
        </output>
        {isTooMuch ? (
          <Notice tone="bad" icon="cross">
            {t('refund.most', { amount: text(mostMinor) })}
          </Notice>
        ) : (
          <p className="muted">
            {t('refund.of', {
              amount: text(BigInt(payment.amountMinor)),
              at: capturedAt === null ? '' : momentText(capturedAt, i18n.language, Date.now()),
            })}
          </p>
        )}
      </div>
      <AmountPad onKey={press} onEnter={onSend} />
      <div className="actions pair">
        <Button onClick={onCancel}>{t('refund.cancel')}</Button>
        <Button
          kind="primary"
          disabled={amountMinor === 0n || isTooMuch || !isOnline}
          onClick={onSend}
        >
          {t('refund.send')}
        </Button>
      </div>
    </section>
  );
}
