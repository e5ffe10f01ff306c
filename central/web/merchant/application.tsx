import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  merchantApplicationSchema,
  merchantSchema,
} from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Failed } from '../desk/list-card.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { COMPANY_FIELDS, CompanyFields, EMPTY_TEXTS } from './company-fields.tsx';

/** Where somebody who belongs to no merchant applies for one. */
export function Application({ onDone }: { readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(EMPTY_TEXTS);
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
      <CompanyFields fields={COMPANY_FIELDS} texts={texts} wrong={wrong} onTexts={setTexts} />
      {posted.failure ? <Failed failure={posted.failure} /> : null}
      <Button type="submit" kind="primary" disabled={posted.busy}>
        {t('apply.send')}
      </Button>
    </form>
  );
}
