import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Currency } from '../../../shared/domain/money.ts';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText, timeText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { AMOUNT_KEYS, type AmountKey, amountKeyOf, pressAmountKey } from '../amount-entry.ts';
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
}

const BEFORE_WELCOME: Currency = 'CNY';

/** The cashier's pad. The keyboard's digits, Backspace and Enter do the same as the keys. */
export function AmountScreen(props: AmountScreenProps): ReactElement {
  const { amountMinor, welcome, lastPaid, onChange, onNext } = props;
  const { t, i18n } = useTranslation();
  const currency = welcome?.currency ?? BEFORE_WELCOME;
  const amount = moneyText({ amountMinor, currency }, i18n.language);
  useKeyboard(props);
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title muted">{t('amount.heading')}</ScreenHeading>
        <output className="amount money" aria-live="polite" style={fitted(amount)}>
          {amount}
        </output>
        <AmountNotes welcome={welcome} lastPaid={lastPaid} />
      </div>
      <fieldset className="pad">
        <legend className="unseen">{t('amount.pad')}</legend>
        {AMOUNT_KEYS.map((key) => (
          <PadKey key={key} name={key} onPress={() => onChange(pressAmountKey(amountMinor, key))} />
        ))}
      </fieldset>
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
    return (
      <p className="muted">
        {t('amount.lastPaid', { amount, time })}
        <span className="small"> · {t('amount.reference', { reference: lastPaid.reference })}</span>
      </p>
    );
  }
  if (!welcome) return <p className="muted">{t('link.connecting')}</p>;
  const limit = { amountMinor: BigInt(welcome.limitMinor), currency: welcome.currency };
  return <p className="muted">{t('amount.limit', { amount: moneyText(limit, i18n.language) })}</p>;
}

function PadKey({ name, onPress }: { readonly name: AmountKey; readonly onPress: () => void }) {
  const { t } = useTranslation();
  if (name === 'back') {
    return (
      <Button aria-label={t('amount.back')} onClick={onPress}>
        <Icon name="erase" />
      </Button>
    );
  }
  return <Button onClick={onPress}>{name}</Button>;
}

function useKeyboard({ amountMinor, onChange, onNext }: AmountScreenProps): void {
  const latest = useRef({ amountMinor, onChange, onNext });
  useEffect(() => {
    latest.current = { amountMinor, onChange, onNext };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const onControl = event.target instanceof HTMLButtonElement;
      const key = amountKeyOf(event.key);
      if (key) latest.current.onChange(pressAmountKey(latest.current.amountMinor, key));
      // Enter on a focused button already presses that button
      else if (event.key === 'Enter' && !onControl) latest.current.onNext();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
