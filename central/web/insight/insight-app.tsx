import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type PanelName, panelNameSchema } from '../../../shared/contracts/http-insight.ts';
import { Button } from '../../../shared/web/button.tsx';
import { StaffPage } from '../session/staff-page.tsx';
import { PanelCard } from './panel-card.tsx';
import { usePanel } from './use-panel.ts';

/** What is asked first first. */
const PANELS: readonly PanelName[] = panelNameSchema.options;
/** What sells together is a merchant's alone. */
const CITY_PANELS = PANELS.filter((name) => name !== 'together');

/** What sales and customers say: of one merchant (`?merchant=`), or of the whole city. */
export function InsightApp(): ReactElement {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(readMerchant);
  const heading = asked === undefined ? t('cityHeading') : t('heading', { merchantId: asked });
  return (
    <StaffPage name="insight" heading={heading}>
      {(person) => (
        <Panels
          merchantId={asked ?? person.merchants[0]}
          onChosen={(id) => setAsked(keepMerchant(id))}
        />
      )}
    </StaffPage>
  );
}

interface ScopeProps {
  readonly merchantId: string | undefined;
  readonly onChosen: (merchantId: string | undefined) => void;
}

function Panels({ merchantId, onChosen }: ScopeProps): ReactElement {
  const { t } = useTranslation();
  const [probe] = PANELS;
  const { failure } = usePanel(probe ?? 'today', merchantId);
  const isForbidden = failure?.kind === 'problem' && [403, 404].includes(failure.status);
  return (
    <>
      <ScopeForm key={merchantId} merchantId={merchantId} onChosen={onChosen} />
      {isForbidden ? <p>{t('forbidden')}</p> : null}
      {isForbidden ? null : (
        <div className="panels">
          {(merchantId === undefined ? CITY_PANELS : PANELS).map((name) => (
            <PanelCard key={name} name={name} merchantId={merchantId} />
          ))}
        </div>
      )}
    </>
  );
}

function ScopeForm(props: ScopeProps): ReactElement {
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
