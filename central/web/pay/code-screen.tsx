import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CODE_SHOWN_MS } from '../../../shared/contracts/payment-code.ts';
import { Button } from '../../../shared/web/button.tsx';
import { CodePicture } from '../../../shared/web/code-picture.tsx';
import type { PairedPhone } from './pairing.ts';
import { useCode } from './use-code.ts';

interface CodeScreenProps {
  readonly phone: PairedPhone;
  readonly onRemove: () => void;
}

/** The code, large, and how long it stands. */
export function CodeScreen({ phone, onRemove }: CodeScreenProps): ReactElement {
  const { t } = useTranslation();
  const code = useCode(phone);
  return (
    <section className="card code-card" aria-labelledby="code">
      <h1 id="code">{t('code.heading')}</h1>
      <p>{t('code.how')}</p>
      <div className="code-frame">
        {code ? <CodePicture text={code.text} label={t('code.label')} /> : null}
      </div>
      <progress
        className="code-time"
        max={CODE_SHOWN_MS / 1_000}
        value={code?.secondsLeft ?? 0}
        aria-hidden="true"
      />
      <p className="muted number-line">{t('code.next', { seconds: code?.secondsLeft ?? 0 })}</p>
      <p className="small muted">{t('code.note')}</p>
      <Removal onRemove={onRemove} />
    </section>
  );
}

/** Asked twice: only a new link brings it back. */
function Removal({ onRemove }: { readonly onRemove: () => void }): ReactElement {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <Button kind="quiet" onClick={() => setAsked(true)}>
        {t('remove.ask')}
      </Button>
    );
  }
  return (
    <div className="removal" role="group" aria-label={t('remove.ask')}>
      <p>{t('remove.sure')}</p>
      <Button onClick={() => setAsked(false)}>{t('remove.keep')}</Button>
      <Button kind="danger" onClick={onRemove}>
        {t('remove.go')}
      </Button>
    </div>
  );
}
