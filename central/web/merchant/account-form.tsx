import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountProposalSchema, merchantSchema } from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Failed } from '../desk/list-card.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { ACCOUNT_FIELDS, CompanyFields, EMPTY_TEXTS } from './company-fields.tsx';

/** Another account to be paid to, for the administration to approve. @param props.onDone after it was proposed */
export function AccountForm(props: {
  readonly merchantId: string;
  readonly onDone: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(EMPTY_TEXTS);
  // one id until it is proposed: pressed again after a lost answer it is the same account
  const [accountId, setAccountId] = useState(newId);
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const posted = usePosted(() => {
    setTexts(EMPTY_TEXTS);
    setAccountId(newId());
    props.onDone();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { holder, number, bankName, bankCode } = texts;
    const checked = accountProposalSchema.safeParse({
      accountId,
      holder,
      number,
      bankName,
      bankCode,
    });
    setWrong(checked.success ? [] : checked.error.issues.map(({ path }) => String(path.at(-1))));
    const path = `/api/merchants/${props.merchantId}/accounts`;
    if (checked.success) void posted.post(path, merchantSchema, checked.data);
  };
  return (
    <details>
      <summary>{t('account.another')}</summary>
      <form className="form" onSubmit={submit}>
        <CompanyFields fields={ACCOUNT_FIELDS} texts={texts} wrong={wrong} onTexts={setTexts} />
        {posted.failure ? <Failed failure={posted.failure} /> : null}
        <Button type="submit" disabled={posted.busy}>
          {t('account.propose')}
        </Button>
      </form>
    </details>
  );
}
