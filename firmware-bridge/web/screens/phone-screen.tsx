import { type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { type DigitKey, phoneText, pressDigitKey } from '../digit-entry.ts';
import { DigitPad, Slots } from '../digit-pad.tsx';
import type { OpenPayment } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface PhoneScreenProps {
  readonly payment: OpenPayment;
  /** Null while it is typed. */
  readonly phone: string | null;
  readonly typed: string;
  readonly onTyped: (typed: string) => void;
  readonly onPhone: () => void;
  readonly onPin: (phone: string, pin: string) => void;
  readonly onCancel: () => void;
}

const PHONE_LEAST = 8;
const PHONE_MOST = 15;
const PIN_LENGTH = 6;

/** Phone number, then PIN. */
export function PhoneScreen(props: PhoneScreenProps): ReactElement {
  return props.phone === null ? (
    <NumberStep {...props} />
  ) : (
    <PinStep {...props} phone={props.phone} />
  );
}

function NumberStep({ payment, typed, ...on }: PhoneScreenProps): ReactElement {
  const { t, i18n } = useTranslation();
  const isWhole = typed.length >= PHONE_LEAST;
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title">{t('phone.number')}</ScreenHeading>
        <output className="typed-number" aria-live="polite">
          <span className="unseen">{Array.from(typed).join(' ')}</span>
          <span aria-hidden="true">{phoneText(typed)}</span>
        </output>
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <DigitPad
        onPress={(key) => on.onTyped(pressDigitKey(typed, key, PHONE_MOST))}
        onLeave={on.onCancel}
        onEnter={() => {
          if (isWhole) on.onPhone();
        }}
      />
      <div className="actions pair">
        <Button kind="quiet" onClick={on.onCancel}>
          <Icon name="back" />
          {t('question.cancel')}
        </Button>
        <Button kind="primary" disabled={!isWhole} onClick={on.onPhone}>
          {t('phone.next')}
        </Button>
      </div>
    </section>
  );
}

function PinStep({ payment, phone, typed, ...on }: PhoneScreenProps & { readonly phone: string }) {
  const { t, i18n } = useTranslation();
  const sent = useRef(false);
  const press = (key: DigitKey): void => {
    if (sent.current) return;
    const next = pressDigitKey(typed, key, PIN_LENGTH);
    on.onTyped(next);
    if (next.length < PIN_LENGTH) return;
    sent.current = true;
    on.onPin(phone, next);
  };
  return (
    <section className="screen">
      <div className="amount-head">
        <ScreenHeading className="title">{t('phone.pin')}</ScreenHeading>
        <Slots typed={typed} length={PIN_LENGTH} hidden />
        <p className="muted">{t('question.pinNote')}</p>
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <DigitPad onPress={press} onLeave={on.onCancel} />
      <Button kind="quiet" onClick={on.onCancel}>
        <Icon name="back" />
        {t('question.cancel')}
      </Button>
    </section>
  );
}
