import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { isLanguage } from '../../../shared/web/language.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { DIGIT_KEYS, type DigitKey, digitKeyOf, pressDigitKey } from '../digit-entry.ts';
import type { OpenPayment, Question } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface QuestionScreenProps {
  readonly payment: OpenPayment;
  readonly question: Question;
  readonly typed: string;
  readonly onTyped: (typed: string) => void;
  readonly onAnswer: (digits: string) => void;
  readonly onCancel: () => void;
}

/**
 * The shopper's pad: the last digits of the phone number, or the PIN. The last digit sends it; the keyboard's digits,
 * Backspace and Escape do the same as the keys.
 */
export function QuestionScreen(props: QuestionScreenProps): ReactElement {
  const { payment, question, typed, onCancel } = props;
  const { t, i18n } = useTranslation();
  const words = question.words[isLanguage(i18n.language) ? i18n.language : 'en'];
  const press = useDigits(props);
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title">{words}</ScreenHeading>
        <Slots typed={typed} question={question} />
        {question.again ? (
          <Notice tone="more" icon="again">
            <p className="title">{t('question.again')}</p>
          </Notice>
        ) : (
          <p className="muted">{t(`question.${question.kind}Note`)}</p>
        )}
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <fieldset className="pad">
        <legend className="unseen">{t('question.pad')}</legend>
        {DIGIT_KEYS.map((key) => (
          <PadKey key={key} name={key} onPress={() => press(key)} />
        ))}
      </fieldset>
      <Button kind="quiet" onClick={onCancel}>
        <Icon name="back" />
        {t('question.cancel')}
      </Button>
    </section>
  );
}

/** A place for each digit. A PIN is never written out, neither for the eye nor for a screen reader. */
function Slots({ typed, question }: Pick<QuestionScreenProps, 'typed' | 'question'>): ReactElement {
  const { t } = useTranslation();
  const places = Array.from({ length: question.length }, (_, place) => typed[place]);
  const spoken =
    question.kind === 'pin'
      ? t('question.typed', { done: typed.length, length: question.length })
      : Array.from(typed).join(' ');
  return (
    <output className="slots" aria-live="polite">
      <span className="unseen">{spoken}</span>
      {places.map((digit, place) => (
        <span key={place} className="slot" aria-hidden="true" data-filled={digit !== undefined}>
          {digit !== undefined && question.kind === 'pin' ? '•' : digit}
        </span>
      ))}
    </output>
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

/** One digit more, from pad or keyboard. The last one sends the answer, once. */
function useDigits(props: QuestionScreenProps): (key: DigitKey) => void {
  const latest = useRef(props);
  const sent = useRef(false);
  useEffect(() => {
    latest.current = props;
  });
  const press = (key: DigitKey): void => {
    const { typed, question, onTyped, onAnswer } = latest.current;
    if (sent.current) return;
    const next = pressDigitKey(typed, key, question.length);
    onTyped(next);
    if (next.length < question.length) return;
    sent.current = true;
    onAnswer(next);
  };
  const pressed = useRef(press);
  useEffect(() => {
    pressed.current = press;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = digitKeyOf(event.key);
      if (key) pressed.current(key);
      else if (event.key === 'Escape') latest.current.onCancel();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return press;
}
