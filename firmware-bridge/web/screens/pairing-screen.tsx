import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import type { DeviceIdentity } from '../device-store.ts';
import { codeInAddress, pair } from '../pairing.ts';
import { ScreenHeading } from '../screen-heading.tsx';

interface PairingScreenProps {
  readonly onPaired: (identity: DeviceIdentity) => void;
}

type Attempt = { readonly busy: boolean; readonly problem: string | null };

/** First use: the operator's code makes this browser a terminal. `?code=` fills it in and pairs at once. */
export function PairingScreen({ onPaired }: PairingScreenProps): ReactElement {
  const { t } = useTranslation();
  const [code, setCode] = useState(codeInAddress);
  const [attempt, setAttempt] = useState<Attempt>({ busy: false, problem: null });
  const started = useRef(false);

  const submit = async (entered: string): Promise<void> => {
    setAttempt({ busy: true, problem: null });
    const pairing = await pair(entered.trim());
    // a code is good once: it must not stay in the address or the history
    window.history.replaceState(null, '', addressWithoutCode());
    if (pairing.ok) onPaired(pairing.identity);
    else setAttempt({ busy: false, problem: pairing.code });
  };
  useEffect(() => {
    if (started.current || !window.isSecureContext || codeInAddress() === '') return;
    started.current = true;
    void submit(codeInAddress());
  });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void submit(code);
  };

  return (
    <form className="screen" onSubmit={onSubmit}>
      <div className="screen-middle pairing">
        <ScreenHeading className="display">{t('pairing.heading')}</ScreenHeading>
        <p className="title">{t('pairing.intro')}</p>
        <div className="field">
          <label htmlFor="pairing-code">{t('pairing.code')}</label>
          <input
            id="pairing-code"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
          />
        </div>
        <p className="muted">{t('pairing.keyNote')}</p>
        <PairingProblem problem={attempt.problem} />
      </div>
      <Button
        kind="primary"
        type="submit"
        disabled={attempt.busy || code.trim() === '' || !window.isSecureContext}
      >
        {attempt.busy ? t('pairing.busy') : t('pairing.submit')}
      </Button>
    </form>
  );
}

function PairingProblem({ problem }: { readonly problem: string | null }): ReactElement | null {
  const { t } = useTranslation();
  if (!window.isSecureContext) {
    return (
      <Notice tone="bad" icon="cross">
        {t('pairing.insecure')}
      </Notice>
    );
  }
  if (problem === null) return null;
  return (
    <Notice tone="bad" icon="cross">
      <p>{t('pairing.problem')}</p>
      <p className="small muted">{t('common.code', { code: problem })}</p>
    </Notice>
  );
}

function addressWithoutCode(): string {
  const address = new URL(window.location.href);
  address.searchParams.delete('code');
  return address.pathname + address.search;
}
