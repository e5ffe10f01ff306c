import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Way } from '../../../shared/domain/way.ts';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import { fitted } from '../fitted.ts';
import type { Welcome } from '../hub-session.ts';
import type { OpenPayment } from '../payment-flow.ts';
import { type Refusal, refusalText } from '../refusal-text.ts';
import { ScreenHeading } from '../screen-heading.tsx';
import { limitOf } from '../ways.ts';

interface OfferScreenProps {
  readonly payment: OpenPayment;
  readonly last: Refusal | null;
  readonly welcome: Welcome | undefined;
  readonly onLook: () => void;
  readonly onCode: () => void;
  readonly onPhone: () => void;
  readonly onCancel: () => void;
}

/** The amount, large, and the shopper's press to start: no camera runs before it. */
export function OfferScreen(props: OfferScreenProps): ReactElement {
  const { payment, last, welcome, onLook, onCode, onPhone, onCancel } = props;
  const { t, i18n } = useTranslation();
  const amount = moneyText(payment, i18n.language);
  return (
    <section className="screen">
      <div className="screen-middle">
        <ScreenHeading className="title muted">
          {welcome?.shop.name ?? t('offer.heading')}
        </ScreenHeading>
        <p className="amount-huge" style={fitted(amount)}>
          {amount}
        </p>
        {last ? (
          <Notice tone="more" icon="info">
            <p className="title">{refusalText(last, t, i18n.language)}</p>
            <p className="small muted">{t('common.code', { code: last.code })}</p>
          </Notice>
        ) : null}
      </div>
      <div className="actions">
        <WayChoice {...{ payment, welcome, onLook, onCode, onPhone }} />
        <Button kind="quiet" onClick={onCancel}>
          <Icon name="back" />
          {t('offer.cancel')}
        </Button>
      </div>
    </section>
  );
}

type WayChoiceProps = Pick<
  OfferScreenProps,
  'payment' | 'welcome' | 'onLook' | 'onCode' | 'onPhone'
>;

/** The ways side by side; what the hub does not take, or not for so much, cannot be pressed. */
function WayChoice({ payment, welcome, ...on }: WayChoiceProps): ReactElement {
  const { t } = useTranslation();
  const open = (way: Way): boolean => {
    const limit = welcome && limitOf(welcome, way);
    return limit !== undefined && payment.amountMinor <= limit;
  };
  const faceNote = open('face') ? 'offer.consent' : 'offer.overLimit';
  return (
    <>
      <p>{t(welcome ? faceNote : 'offer.notOnline')}</p>
      <div className="ways" role="group" aria-label={t('offer.ways')}>
        <Button kind="primary" disabled={!open('face')} onClick={on.onLook}>
          <Icon name="face" />
          {t('offer.face')}
        </Button>
        <Button disabled={!open('code')} onClick={on.onCode}>
          <Icon name="code" />
          {t('offer.code')}
        </Button>
        <Button disabled={!open('phone')} onClick={on.onPhone}>
          <Icon name="keys" />
          {t('offer.phone')}
        </Button>
      </div>
    </>
  );
}
