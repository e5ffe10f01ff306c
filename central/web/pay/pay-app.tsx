import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';
import { LanguageSwitch } from '../../../shared/web/language-switch.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import { CodeScreen } from './code-screen.tsx';
import { clearSecret, type PairedPhone, pairPhone, secretInAddress } from './pairing.ts';
import { keptPhone } from './phone-store.ts';

type State =
  | { readonly name: 'loading' }
  /** Keys need a secure context; a private window may have no store. */
  | { readonly name: 'unable' }
  | { readonly name: 'unpaired' }
  | { readonly name: 'invited'; readonly secret: string; readonly problem: string | null }
  | { readonly name: 'pairing' }
  | { readonly name: 'paired'; readonly phone: PairedPhone; readonly clockIsWrong: boolean };

/** The shopper's phone: the code that pays, or the way to get it. */
export function PayApp(): ReactElement {
  const { t } = useTranslation();
  const [state, setState] = useState<State>({ name: 'loading' });
  useEffect(() => {
    void startState().then(setState);
  }, []);
  const pair = async (secret: string): Promise<void> => {
    setState({ name: 'pairing' });
    const paired = await pairPhone(secret).catch(() => undefined);
    if (!paired) {
      setState({ name: 'unable' });
    } else if (paired.ok) {
      clearSecret();
      const { phone, clockIsWrong } = paired;
      setState({ name: 'paired', phone, clockIsWrong });
    } else {
      setState({ name: 'invited', secret, problem: paired.code });
    }
  };
  const remove = (): void => {
    void keptPhone.forget().then(() => setState({ name: 'unpaired' }));
  };
  return (
    <>
      <header className="page-bar">
        <span className="brand">{t('brand')}</span>
        <span className="push">
          <LanguageSwitch />
        </span>
      </header>
      <main className="pay">
        <Current state={state} onPair={(secret) => void pair(secret)} onRemove={remove} />
      </main>
    </>
  );
}

async function startState(): Promise<State> {
  // crypto.subtle is missing outside of a secure context, whatever the type says
  if (!window.isSecureContext) return { name: 'unable' };
  const secret = secretInAddress();
  if (secret !== undefined) return { name: 'invited', secret, problem: null };
  try {
    const kept = await keptPhone.load();
    if (!kept || kept.keyId === null) return { name: 'unpaired' };
    return {
      name: 'paired',
      phone: { keys: kept.keys, keyId: kept.keyId },
      clockIsWrong: false,
    };
  } catch {
    return { name: 'unable' };
  }
}

interface CurrentProps {
  readonly state: State;
  readonly onPair: (secret: string) => void;
  readonly onRemove: () => void;
}

function Current({ state, onPair, onRemove }: CurrentProps): ReactElement | null {
  const { t } = useTranslation();
  switch (state.name) {
    case 'loading':
      return null;
    case 'unable':
      return (
        <Notice tone="bad" icon="cross">
          {t('unable')}
        </Notice>
      );
    case 'unpaired':
      return (
        <section className="card">
          <h1>{t('unpaired.heading')}</h1>
          <p>{t('unpaired.how')}</p>
        </section>
      );
    case 'invited':
    case 'pairing':
      return <Invited state={state} onPair={onPair} />;
    case 'paired':
      return (
        <>
          {state.clockIsWrong ? (
            <Notice tone="more" icon="info">
              {t('clock')}
            </Notice>
          ) : null}
          <CodeScreen phone={state.phone} onRemove={onRemove} />
        </>
      );
  }
}

interface InvitedProps {
  readonly state: Extract<State, { name: 'invited' | 'pairing' }>;
  readonly onPair: (secret: string) => void;
}

/** Paired by a press, not by the link alone: something that only previews links uses none up. */
function Invited({ state, onPair }: InvitedProps): ReactElement {
  const { t } = useTranslation();
  const problem = state.name === 'invited' ? state.problem : null;
  const isDead = problem === 'not_found' || problem === 'invalid_request';
  return (
    <section className="card">
      <h1>{t('invited.heading')}</h1>
      <p>{t('invited.what')}</p>
      <p className="muted">{t('invited.key')}</p>
      {problem === null ? null : (
        <Notice tone="bad" icon="cross">
          <p>{t(isDead ? 'invited.dead' : 'invited.again')}</p>
          <p className="small muted">{t('common.code', { code: problem })}</p>
        </Notice>
      )}
      <Button
        kind="primary"
        disabled={state.name === 'pairing' || isDead}
        onClick={() => {
          if (state.name === 'invited') onPair(state.secret);
        }}
      >
        {t(state.name === 'pairing' ? 'invited.working' : 'invited.go')}
      </Button>
    </section>
  );
}
