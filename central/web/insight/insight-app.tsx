import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type PanelName, panelNameSchema } from '../../../shared/contracts/http-insight.ts';
import { type Merchant } from '../../../shared/contracts/http-merchants.ts';
import type { SignedIn } from '../../../shared/contracts/http-sign-in.ts';
import { Button } from '../../../shared/web/button.tsx';
import { SelectField } from '../desk/select-field.tsx';
import { useMerchants } from '../desk/use-merchants.ts';
import { StaffPage } from '../session/staff-page.tsx';
import { PanelCard } from './panel-card.tsx';
import { usePanel } from './use-panel.ts';

const POLL_MS = 300_000;

/** What is asked first first. */
const PANELS: readonly PanelName[] = panelNameSchema.options;
/** What sells together is a merchant's alone. */
const CITY_PANELS = PANELS.filter((name) => name !== 'together');

/** What sales and customers say: of one merchant (`?merchant=`), or of the whole city. */
export function InsightApp(): ReactElement {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(readMerchant);
  const choose = (id: string | undefined): void => setAsked(keepMerchant(id));
  return (
    <StaffPage name="insight" heading={t('heading')}>
      {(person) =>
        person.role === 'operator' || person.role === 'owner' ? (
          <OfMerchant person={person} merchantId={asked ?? person.merchants[0]} onChosen={choose} />
        ) : (
          <>
            <p>{t('ofCity')}</p>
            <Panels merchantId={undefined} />
          </>
        )
      }
    </StaffPage>
  );
}

interface ScopeProps {
  readonly merchantId: string | undefined;
  readonly onChosen: (merchantId: string | undefined) => void;
}

/** For those who may look at a merchant's own panels: owners at theirs, the operator at any and at the city. */
function OfMerchant(props: ScopeProps & { readonly person: SignedIn }): ReactElement {
  const { t } = useTranslation();
  const { person, merchantId, onChosen } = props;
  const merchants = useMerchants(POLL_MS).value ?? [];
  const name = merchants.find((each) => each.merchantId === merchantId)?.companyName;
  if (person.role === 'owner' && merchantId === undefined) return <p>{t('noMerchant')}</p>;
  const whose = name ?? merchantId;
  return (
    <>
      <p>{whose === undefined ? t('ofCity') : t('ofMerchant', { merchant: whose })}</p>
      {person.role === 'operator' ? (
        <AnyMerchant key={merchantId} {...{ merchantId, onChosen, merchants }} />
      ) : null}
      {person.role === 'owner' && merchants.length > 1 ? (
        <div className="scope">
          <SelectField
            label={t('merchant')}
            value={merchantId ?? ''}
            choices={merchants.map((each) => ({ value: each.merchantId, text: each.companyName }))}
            onChoice={onChosen}
          />
        </div>
      ) : null}
      <Panels merchantId={merchantId} />
    </>
  );
}

function Panels({ merchantId }: Pick<ScopeProps, 'merchantId'>): ReactElement {
  const { t } = useTranslation();
  const [probe] = PANELS;
  const { failure } = usePanel(probe ?? 'today', merchantId);
  useEffect(() => {
    // the browser looks for the fragment before the panels are there
    const panel = document.getElementById(window.location.hash.slice(1));
    panel?.closest('article')?.scrollIntoView();
  }, []);
  const isForbidden = failure?.kind === 'problem' && [403, 404].includes(failure.status);
  if (isForbidden) return <p>{t('forbidden')}</p>;
  return (
    <div className="panels">
      {(merchantId === undefined ? CITY_PANELS : PANELS).map((name) => (
        <PanelCard key={name} name={name} merchantId={merchantId} />
      ))}
    </div>
  );
}

/** By its id, which the browser completes from those that are known. */
function AnyMerchant(
  props: ScopeProps & { readonly merchants: readonly Merchant[] },
): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState(props.merchantId ?? '');
  const known = useId();
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
          list={known}
          autoComplete="off"
          spellCheck={false}
          placeholder={t('wholeCity')}
          onChange={(event) => setText(event.target.value)}
        />
        <datalist id={known}>
          {props.merchants.map(({ merchantId, companyName }) => (
            <option key={merchantId} value={merchantId}>
              {companyName}
            </option>
          ))}
        </datalist>
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
