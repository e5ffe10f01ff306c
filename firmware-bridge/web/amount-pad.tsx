import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';
import { Icon } from '../../shared/web/icon.tsx';
import { AMOUNT_KEYS, type AmountKey, amountKeyOf } from './amount-entry.ts';

interface AmountPadProps {
  readonly onKey: (key: AmountKey) => void;
  readonly onEnter: () => void;
}

/** The cashier's pad. The keyboard's digits, Backspace and Enter do the same as the keys. */
export function AmountPad({ onKey, onEnter }: AmountPadProps): ReactElement {
  const { t } = useTranslation();
  useKeyboard({ onKey, onEnter });
  return (
    <fieldset className="pad">
      <legend className="unseen">{t('amount.pad')}</legend>
      {AMOUNT_KEYS.map((key) => (
        <PadKey key={key} name={key} onPress={() => onKey(key)} />
      ))}
    </fieldset>
  );
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

function useKeyboard(props: AmountPadProps): void {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const onControl = event.target instanceof HTMLButtonElement;
      const key = amountKeyOf(event.key);
      if (key) latest.current.onKey(key);
      // Enter on a focused button already presses that button
      else if (event.key === 'Enter' && !onControl) latest.current.onEnter();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
