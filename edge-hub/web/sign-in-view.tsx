import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';
import { Notice } from '../../shared/web/mark.tsx';

interface SignInViewProps {
  readonly onSignedIn: () => void;
}

type Problem = 'wrong' | 'offline';

/** Changes the hub's operator token for a session. Asked for by script, so that the token stays out of the history. */
export function SignInView({ onSignedIn }: SignInViewProps): ReactElement {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem>();
  const submit = async (token: string): Promise<void> => {
    setProblem(undefined);
    const found = await signIn(token);
    if (found === undefined) onSignedIn();
    else setProblem(found);
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token === 'string') void submit(token.trim());
  };
  return (
    <section className="card narrow" aria-labelledby="sign-in">
      <h1 id="sign-in">{t('signIn.heading')}</h1>
      <p className="muted">{t('signIn.where')}</p>
      <form className="stack" onSubmit={onSubmit}>
        <div className="field">
          <label htmlFor="token">{t('signIn.token')}</label>
          <input
            id="token"
            name="token"
            type="password"
            autoComplete="current-password"
            aria-invalid={problem === 'wrong'}
            required
          />
        </div>
        {problem ? (
          <Notice tone="bad" icon="cross">
            {t(`signIn.${problem}`)}
          </Notice>
        ) : null}
        <Button kind="primary" type="submit">
          {t('signIn.submit')}
        </Button>
      </form>
    </section>
  );
}

/** @returns what stood in the way; undefined once the session's cookie is set */
async function signIn(token: string): Promise<Problem | undefined> {
  try {
    const response = await fetch(`/console/login?token=${encodeURIComponent(token)}`, {
      credentials: 'same-origin',
      cache: 'no-store',
    });
    return response.ok ? undefined : 'wrong';
  } catch {
    return 'offline';
  }
}
