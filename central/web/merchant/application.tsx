import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  merchantApplicationSchema,
  merchantSchema,
} from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { Failed } from '../desk/list-card.tsx';
import { TextField } from '../desk/text-field.tsx';
import { usePosted } from '../desk/use-posted.ts';

const FIELDS = [
  'merchantId',
  'companyName',
  'licenceNumber',
  'holder',
  'number',
  'bankName',
  'bankCode',
] as const;
type Field = (typeof FIELDS)[number];
const EMPTY = Object.fromEntries(FIELDS.map((name) => [name, ''])) as Record<Field, string>;

/** Where somebody who belongs to no merchant applies for one. */
export function Application({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(EMPTY);
  // kept while the form is open: the same application sent twice is one
  const [accountId] = useState(newId);
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const posted = usePosted(onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { merchantId, companyName, licenceNumber, ...account } = texts;
    const application = {
      merchantId,
      companyName,
      licenceNumber,
      account: { accountId, ...account },
    };
    const checked = merchantApplicationSchema.safeParse(application);
    setWrong(checked.success ? [] : checked.error.issues.map(({ path }) => String(path.at(-1))));
    if (checked.success) void posted.post('/api/merchants', merchantSchema, checked.data);
  };
  return (
    <form className="card form apply" onSubmit={submit}>
      <h2>{t('apply.heading')}</h2>
      <p className="muted">{t('apply.what')}</p>
      {FIELDS.map((name) => (
        <TextField
          key={name}
          label={t(`apply.${name}`)}
          value={texts[name]}
          required
          maxLength={70}
          aria-invalid={wrong.includes(name)}
          onText={(text) => setTexts((last) => ({ ...last, [name]: text }))}
        />
      ))}
      {wrong.length > 0 ? (
        <Notice tone="bad" icon="cross">
          {t('apply.wrong', { fields: wrong.map((name) => t(`apply.${name}`)).join(', ') })}
        </Notice>
      ) : null}
      {posted.failure ? <Failed failure={posted.failure} /> : null}
      <Button type="submit" kind="primary" disabled={posted.busy}>
        {t('apply.send')}
      </Button>
    </form>
  );
}
