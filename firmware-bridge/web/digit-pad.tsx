import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';
import { Icon } from '../../shared/web/icon.tsx';
import { DIGIT_KEYS, type DigitKey, digitKeyOf } from './digit-entry.ts';

interface SlotsProps {
  readonly typed: string;
  readonly length: number;
  /** A PIN is never written out, neither for the eye nor for a screen reader. */
  readonly hidden: boolean;
}

/** A place for each digit. */
export function Slots({ typed, length, hidden }: SlotsProps): ReactElement {
  const { t } = useTranslation();
  const places = Array.from({ length }, (_, place) => typed[place]);
  const spoken = hidden
    ? t('question.typed', { done: typed.length, length })
    : Array.from(typed).join(' ');
  return (
    <output className="slots" aria-live="polite">
      <span className="unseen">{spoken}</span>
      {places.map((digit, place) => (
        <span key={place} className="slot" aria-hidden="true" data-filled={digit !== undefined}>
          {digit !== undefined && hidden ? '•' : digit}
        </span>
      ))}
    </output>
  );
}

interface DigitPadProps {
  readonly onPress: (key: DigitKey) => void;
  readonly onLeave: () => void;
  /** Enter, where the number of digits is not known before. */
  readonly onEnter?: () => void;
}

/** The shopper's pad. The keyboard's digits, Backspace and Escape do the same as the keys. */
export function DigitPad(props: DigitPadProps): ReactElement {
  const { t } = useTranslation();
  useKeyboard(props);
  return (
    <fieldset className="pad">
      <legend className="unseen">{t('question.pad')}</legend>
      {DIGIT_KEYS.map((key) => (
        <PadKey key={key} name={key} onPress={() => props.onPress(key)} />
      ))}
    </fieldset>
  );
}

function PadKey({ name, onPress }: { readonly name: DigitKey; readonly onPress: () => void }) {
  const { t } = useTranslation();
  if (name === 'back' || name === 'clear') {
    return (
      <Button aria-label={t(`question.${name}`)} onClick={onPress}>
        <Icon name={name === 'back' ? 'erase' : 'cross'} />
      </Button>
    );
  }
  return <Button onClick={onPress}>{name}</Button>;
}

function useKeyboard(props: DigitPadProps): void {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = digitKeyOf(event.key);
      // Enter on a focused button already presses that button
      const onControl = event.target instanceof HTMLButtonElement;
      if (key) latest.current.onPress(key);
      else if (event.key === 'Escape') latest.current.onLeave();
      else if (event.key === 'Enter' && !onControl) latest.current.onEnter?.();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
