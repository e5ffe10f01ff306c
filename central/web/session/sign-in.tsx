import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cityStatusSchema } from '../../../shared/contracts/http-central.ts';
import { signedInSchema } from '../../../shared/contracts/http-sign-in.ts';
import { Button } from '../../../shared/web/button.tsx';
import { ask, failureCode, type HttpFailure, jsonPost } from '../../../shared/web/http.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';

const STATUS_MS = 60_000;

/** Where nobody is signed in: the way to the staff's provider, where one is set, and the operator's token. */
export function SignIn({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const status = usePolled('/api/status', cityStatusSchema, STATUS_MS);
  const hasProvider = status.value?.staffSignIn === true;
  const back = `${window.location.pathname}${window.location.search}`;
  return (
    <section className="card sign-in" aria-labelledby="sign-in">
      <h2 id="sign-in">{t('session.heading')}</h2>
      <p>{t('session.why')}</p>
      {hasProvider ? (
        <a
          className="button"
          data-kind="primary"
          href={`/api/sign-in?returnTo=${encodeURIComponent(back)}`}
        >
          {t('session.staff')}
        </a>
      ) : null}
      <TokenForm isPrimary={!hasProvider} onDone={onDone} />
    </section>
  );
}

function TokenForm(props: {
  readonly isPrimary: boolean;
  readonly onDone: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<HttpFailure>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = jsonPost({ token: token.trim() });
    const answer = await ask('/api/sign-in/operator', signedInSchema, body);
    setFailure(answer.ok ? undefined : answer.error);
    if (answer.ok) props.onDone();
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor={id}>{t('session.token')}</label>
        <input
          id={id}
          type="password"
          required
          maxLength={500}
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      </div>
      {failure ? (
        <Notice tone="bad" icon="cross">
          {t('session.refused')}{' '}
          <span className="small muted">{t('common.code', { code: failureCode(failure) })}</span>
        </Notice>
      ) : null}
      <Button type="submit" kind={props.isPrimary ? 'primary' : 'plain'}>
        {t('session.asOperator')}
      </Button>
    </form>
  );
}
