import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { isLanguage } from '../../../shared/web/language.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { type DigitKey, pressDigitKey } from '../digit-entry.ts';
import { DigitPad, Slots } from '../digit-pad.tsx';
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
        <Slots typed={typed} length={question.length} hidden={question.kind === 'pin'} />
        {question.again ? (
          <Notice tone="more" icon="again">
            <p className="title">{t('question.again')}</p>
          </Notice>
        ) : (
          <p className="muted">{t(`question.${question.kind}Note`)}</p>
        )}
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <DigitPad onPress={press} onLeave={onCancel} />
      <Button kind="quiet" onClick={onCancel}>
        <Icon name="back" />
        {t('question.cancel')}
      </Button>
    </section>
  );
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
  return press;
}
