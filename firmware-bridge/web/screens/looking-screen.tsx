import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LIGHT_SRGB } from '../../../shared/contracts/light-sequence.ts';
import { Button } from '../../../shared/web/button.tsx';
import type { CameraProblem } from '../../../shared/web/camera.ts';
import { moneyText } from '../../../shared/web/format.ts';
import { OvalCamera } from '../../../shared/web/oval-camera.tsx';
import type { Light, OpenPayment } from '../payment-flow.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface LookingScreenProps {
  readonly payment: OpenPayment;
  readonly light: Light | null;
  readonly onReady: (video: HTMLVideoElement) => void;
  readonly onProblem: (problem: CameraProblem) => void;
  readonly onCancel: () => void;
}

export function LookingScreen(props: LookingScreenProps): ReactElement {
  const { payment, light, onReady, onProblem, onCancel } = props;
  const { t, i18n } = useTranslation();
  const [live, setLive] = useState(false);
  return (
    <section className="screen" data-lit={light !== null && light !== 'soon'}>
      {light === null ? null : <ScreenLight light={light} />}
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
          {t(hintOf(live, light))}
        </p>
        <p className="title muted">{moneyText(payment, i18n.language)}</p>
      </div>
      <Button onClick={onCancel}>{t('look.cancel')}</Button>
    </section>
  );
}

function hintOf(live: boolean, light: Light | null): 'look.opening' | 'look.light' | 'look.hint' {
  if (!live) return 'look.opening';
  return light === null ? 'look.hint' : 'look.light';
}

/** The whole screen behind the words, in the colour that lights the face; it fades from one to the next. */
function ScreenLight({ light }: { readonly light: Light }): ReactElement {
  const colour = light === 'soon' ? 'transparent' : LIGHT_SRGB[light];
  return <div className="light" style={{ backgroundColor: colour }} aria-hidden="true" />;
}

/** Fills while the shopper settles; where motion is not wanted it stands still and the words suffice. */
function SettleBar(): ReactElement {
  return (
    <div className="settle" aria-hidden="true">
      <div className="settle-fill" />
    </div>
  );
}
