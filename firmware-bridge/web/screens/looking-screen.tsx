import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import type { CameraProblem } from '../../../shared/web/camera.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { OvalCamera } from '../../../shared/web/oval-camera.tsx';
import type { OpenPayment } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface LookingScreenProps {
  readonly payment: OpenPayment;
  readonly onReady: (video: HTMLVideoElement) => void;
  readonly onProblem: (problem: CameraProblem) => void;
  readonly onCancel: () => void;
}

export function LookingScreen(props: LookingScreenProps): ReactElement {
  const { payment, onReady, onProblem, onCancel } = props;
  const { t, i18n } = useTranslation();
  const [live, setLive] = useState(false);
  return (
    <section className="screen">
      <div className="screen-middle">
        <ScreenHeading className="display">{t('look.heading')}</ScreenHeading>
        <div className="look-frame">
          <OvalCamera
            onReady={(video) => {
              setLive(true);
              onReady(video);
            }}
            onProblem={onProblem}
          />
          {live ? <SettleBar /> : null}
        </div>
        <p className="title" role="status">
          {live ? t('look.hint') : t('look.opening')}
        </p>
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <Button onClick={onCancel}>{t('look.cancel')}</Button>
    </section>
  );
}

/** Fills while the shopper settles; where motion is not wanted it stands still and the words suffice. */
function SettleBar(): ReactElement {
  return (
    <div className="settle" aria-hidden="true">
      <div className="settle-fill" />
    </div>
  );
}
