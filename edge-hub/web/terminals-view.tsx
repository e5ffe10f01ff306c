import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { pairingCodeSchema, type Terminal } from '../../shared/contracts/http-hub.ts';
import { Button } from '../../shared/web/button.tsx';
import { momentText } from '../../shared/web/format.ts';
import { ask, failureCode, jsonPost } from '../../shared/web/http.ts';
import { Mark, Notice } from '../../shared/web/mark.tsx';

interface TerminalsViewProps {
  readonly terminals: readonly Terminal[];
  readonly onChange: () => void;
}

/** Terminals of the street: who is there, a new kiosk, taking one out. */
export function TerminalsView({ terminals, onChange }: TerminalsViewProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <section className="card" aria-labelledby="terminals">
        <h1 id="terminals">{t('terminals.heading')}</h1>
        {terminals.length === 0 ? <p className="muted">{t('terminals.none')}</p> : null}
        <ul className="rows">
          {terminals.map((terminal) => (
            <TerminalRow key={terminal.terminalId} terminal={terminal} onChange={onChange} />
          ))}
        </ul>
      </section>
      <PairingCard onChange={onChange} />
    </>
  );
}

interface TerminalRowProps {
  readonly terminal: Terminal;
  readonly onChange: () => void;
}

function TerminalRow({ terminal, onChange }: TerminalRowProps): ReactElement {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string>();
  const revoke = async (): Promise<void> => {
    if (!window.confirm(t('terminals.confirm', { name: terminal.terminalId }))) return;
    const path = `/api/terminals/${terminal.terminalId}/revoke`;
    const answer = await ask(path, z.unknown(), jsonPost({}));
    setProblem(answer.ok ? undefined : failureCode(answer.error));
    onChange();
  };
  return (
    <li className="row">
      <div>
        <h2 className="row-name">{terminal.shopName}</h2>
        <p className="muted small">
          <span className="mono">{terminal.terminalId}</span> ·{' '}
          {t(terminal.depth ? 'terminals.depth' : 'terminals.colour')}
        </p>
        {problem === undefined ? null : (
          <p className="small" role="alert">
            {t('common.code', { code: problem })}
          </p>
        )}
      </div>
      <TerminalState terminal={terminal} />
      {terminal.revokedAt === null ? (
        <Button
          kind="danger"
          aria-label={t('terminals.revokeName', { name: terminal.terminalId })}
          onClick={() => void revoke()}
        >
          {t('terminals.revoke')}
        </Button>
      ) : null}
    </li>
  );
}

function TerminalState({ terminal }: { readonly terminal: Terminal }): ReactElement {
  const { t, i18n } = useTranslation();
  if (terminal.revokedAt !== null) {
    const since = momentText(terminal.revokedAt, i18n.language, Date.now());
    return (
      <Mark tone="bad" icon="cross">
        {t('terminals.revoked', { since })}
      </Mark>
    );
  }
  return (
    <Mark tone={terminal.online ? 'good' : 'quiet'} icon={terminal.online ? 'link' : 'broken'}>
      {t(terminal.online ? 'terminals.online' : 'terminals.offline')}
    </Mark>
  );
}

type Made =
  | { readonly kind: 'code'; readonly code: string; readonly expiresAt: string }
  | { readonly kind: 'problem'; readonly code: string };

/** Names safe in topics and paths, as the contract wants them. */
const NAME_PATTERN = '[a-z0-9]([a-z0-9\\-]{0,46}[a-z0-9])?';

function PairingCard({ onChange }: { readonly onChange: () => void }): ReactElement {
  const { t } = useTranslation();
  const [made, setMade] = useState<Made>();
  const submit = async (form: FormData): Promise<void> => {
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const terminalId = text('terminalId');
    const answer = await ask(
      '/api/pairing-codes',
      pairingCodeSchema,
      jsonPost({
        terminalId,
        shopId: `shop-${terminalId}`,
        shopName: text('shopName'),
        merchantId: text('merchantId'),
      }),
    );
    setMade(
      answer.ok
        ? { kind: 'code', ...answer.value }
        : { kind: 'problem', code: failureCode(answer.error) },
    );
    onChange();
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void submit(new FormData(event.currentTarget));
  };
  return (
    <section className="card" aria-labelledby="pairing">
      <h2 id="pairing">{t('pairing.heading')}</h2>
      <p className="muted">{t('pairing.note')}</p>
      <form className="stack narrow" onSubmit={onSubmit}>
        <div className="field">
          <label htmlFor="shopName">{t('pairing.shopName')}</label>
          <input id="shopName" name="shopName" maxLength={80} required />
        </div>
        <div className="field">
          <label htmlFor="terminalId">{t('pairing.terminalId')}</label>
          <input id="terminalId" name="terminalId" pattern={NAME_PATTERN} required />
        </div>
        <div className="field">
          <label htmlFor="merchantId">{t('pairing.merchantId')}</label>
          <input id="merchantId" name="merchantId" pattern={NAME_PATTERN} required />
        </div>
        <Button kind="primary" type="submit">
          {t('pairing.make')}
        </Button>
      </form>
      {made ? <PairingAnswer made={made} /> : null}
    </section>
  );
}

function PairingAnswer({ made }: { readonly made: Made }): ReactElement {
  const { t, i18n } = useTranslation();
  if (made.kind === 'problem') {
    return (
      <Notice tone="bad" icon="cross">
        {t('pairing.failed')} {t('common.code', { code: made.code })}
      </Notice>
    );
  }
  const until = momentText(made.expiresAt, i18n.language, Date.now());
  return (
    <Notice tone="good" icon="check">
      <p>{t('pairing.code')}</p>
      <p className="pairing-code">{made.code}</p>
      <p>
        <a href={`/kiosk/?code=${encodeURIComponent(made.code)}`} target="_blank" rel="noreferrer">
          {t('pairing.open')}
        </a>
      </p>
      <p className="small muted">{t('pairing.until', { until })}</p>
    </Notice>
  );
}
