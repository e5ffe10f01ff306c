import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type PanelName, panelNameSchema } from '../../../shared/contracts/http-insight.ts';
import { Button } from '../../../shared/web/button.tsx';
import { LanguageSwitch } from '../../../shared/web/language-switch.tsx';
import { PanelCard } from './panel-card.tsx';
import { SignIn } from './sign-in.tsx';
import { usePanel, type Viewer } from './use-panel.ts';

/** What is asked first first. */
const PANELS: readonly PanelName[] = panelNameSchema.options;

/** What sales and customers say: of one merchant (`?merchant=`), or of the whole city. */
export function InsightApp(): ReactElement {
  const { t } = useTranslation();
  const [merchantId, setMerchantId] = useState(readMerchant);
  const [token, setToken] = useState(readToken);
  const viewer: Viewer = { merchantId, token };
  const [probe] = PANELS;
  const { failure } = usePanel(probe ?? 'today', viewer);
  const isUnknown = failure?.kind === 'problem' && failure.status === 401;
  const isForbidden = failure?.kind === 'problem' && [403, 404].includes(failure.status);
  return (
    <>
      <header className="page-bar">
        <span className="brand">{t('brand')}</span>
        <span className="push">
          <LanguageSwitch />
        </span>
      </header>
      <main className="insight">
        <h1>{merchantId === undefined ? t('cityHeading') : t('heading', { merchantId })}</h1>
        {isUnknown ? <SignIn onToken={(given) => setToken(keepToken(given))} /> : null}
        {isForbidden ? <p>{t('forbidden')}</p> : null}
        {isUnknown || isForbidden ? null : (
          <>
            <ScopeForm merchantId={merchantId} onChosen={(id) => setMerchantId(keepMerchant(id))} />
            <div className="panels">
              {PANELS.map((name) => (
                <PanelCard key={name} name={name} viewer={viewer} />
              ))}
            </div>
          </>
        )}
      </main>
    </>
  );
}

function ScopeForm(props: {
  readonly merchantId: string | undefined;
  readonly onChosen: (merchantId: string | undefined) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState(props.merchantId ?? '');
  const choose = (event: FormEvent): void => {
    event.preventDefault();
    props.onChosen(text.trim() || undefined);
  };
  return (
    <form className="scope" onSubmit={choose}>
      <div className="field">
        <label htmlFor="merchant">{t('merchant')}</label>
        <input
          id="merchant"
          value={text}
          maxLength={48}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('wholeCity')}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Button type="submit">{t('show')}</Button>
    </form>
  );
}

function readMerchant(): string | undefined {
  return new URLSearchParams(window.location.search).get('merchant') ?? undefined;
}

/** In the address, so that a merchant's page can be kept as a bookmark. */
function keepMerchant(merchantId: string | undefined): string | undefined {
  const address = new URL(window.location.href);
  if (merchantId === undefined) address.searchParams.delete('merchant');
  else address.searchParams.set('merchant', merchantId);
  window.history.replaceState(null, '', address);
  return merchantId;
}

const TOKEN_KEY = 'wuma.token';

/** Until the tab is closed. */
function readToken(): string | undefined {
  return window.sessionStorage.getItem(TOKEN_KEY) ?? undefined;
}

function keepToken(token: string): string {
  window.sessionStorage.setItem(TOKEN_KEY, token);
  return token;
}
