import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../shared/web/button.tsx';

/** Asks for the operator's token, where nobody is signed in. */
export function SignIn({ onToken }: { readonly onToken: (token: string) => void }): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onToken(text.trim());
  };
  return (
    <form className="card" onSubmit={submit}>
      <p>{t('signIn.why')}</p>
      <div className="field">
        <label htmlFor="token">{t('signIn.token')}</label>
        <input
          id="token"
          type="password"
          required
          maxLength={200}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Button type="submit" kind="primary">
        {t('signIn.go')}
      </Button>
    </form>
  );
}
