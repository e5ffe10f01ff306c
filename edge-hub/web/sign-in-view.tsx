import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/web/button.tsx';

/** Changes the hub's operator token for a session. A plain form: it works before any script of ours does. */
export function SignInView(): ReactElement {
  const { t } = useTranslation();
  return (
    <section className="card narrow" aria-labelledby="sign-in">
      <h1 id="sign-in">{t('signIn.heading')}</h1>
      <p className="muted">{t('signIn.where')}</p>
      <form className="stack" action="/console/login" method="get">
        <div className="field">
          <label htmlFor="token">{t('signIn.token')}</label>
          <input id="token" name="token" type="password" autoComplete="current-password" required />
        </div>
        <Button kind="primary" type="submit">
          {t('signIn.submit')}
        </Button>
      </form>
    </section>
  );
}
