import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { moneyText } from '../../../shared/web/format.ts';
import { Icon } from '../../../shared/web/icon.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import { fitted } from '../fitted.ts';
import type { Welcome } from '../hub-session.ts';
import type { OpenPayment, Refusal } from '../payment-flow.ts';
import { refusalText } from '../refusal-text.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface OfferScreenProps {
  readonly payment: OpenPayment;
  readonly last: Refusal | null;
  readonly welcome: Welcome | undefined;
  readonly onLook: () => void;
  readonly onCancel: () => void;
}

/** The amount, large, and the shopper's press to start: no camera runs before it. */
export function OfferScreen(props: OfferScreenProps): ReactElement {
  const { payment, last, welcome, onLook, onCancel } = props;
  const { t, i18n } = useTranslation();
  const amount = moneyText(payment, i18n.language);
  const overLimit = welcome !== undefined && payment.amountMinor > BigInt(welcome.limitMinor);
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
        {overLimit ? (
          <p className="title">{t('offer.overLimit')}</p>
        ) : (
          <FaceOffer ready={welcome !== undefined} onLook={onLook} />
        )}
        <Button kind="quiet" onClick={onCancel}>
          <Icon name="back" />
          {t('offer.cancel')}
        </Button>
      </div>
    </section>
  );
}

function FaceOffer({ ready, onLook }: { readonly ready: boolean; readonly onLook: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{ready ? t('offer.consent') : t('offer.notOnline')}</p>
      <Button kind="primary" disabled={!ready} onClick={onLook}>
        <Icon name="face" />
        {t('offer.face')}
      </Button>
      <p className="other-way">{t('offer.otherWay')}</p>
    </>
  );
}
