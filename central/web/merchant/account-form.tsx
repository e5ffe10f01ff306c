import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { accountProposalSchema, merchantSchema } from '../../../shared/contracts/http-merchants.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { Failed } from '../desk/list-card.tsx';
import { TextField } from '../desk/text-field.tsx';
import { usePosted } from '../desk/use-posted.ts';

const FIELDS = ['holder', 'number', 'bankName', 'bankCode'] as const;
type Field = (typeof FIELDS)[number];
const EMPTY = Object.fromEntries(FIELDS.map((name) => [name, ''])) as Record<Field, string>;

/** Another account to be paid to, for the administration to approve. @param props.onDone after it was proposed */
export function AccountForm(props: {
  readonly merchantId: string;
  readonly onDone: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [texts, setTexts] = useState(EMPTY);
  // one id until it is proposed: pressed again after a lost answer it is the same account
  const [accountId, setAccountId] = useState(newId);
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const posted = usePosted(() => {
    setTexts(EMPTY);
    setAccountId(newId());
    props.onDone();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const checked = accountProposalSchema.safeParse({ accountId, ...texts });
    setWrong(checked.success ? [] : checked.error.issues.map(({ path }) => String(path.at(-1))));
    const path = `/api/merchants/${props.merchantId}/accounts`;
    if (checked.success) void posted.post(path, merchantSchema, checked.data);
  };
  return (
    <details>
      <summary>{t('account.another')}</summary>
      <form className="form" onSubmit={submit}>
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
        <Button type="submit" disabled={posted.busy}>
          {t('account.propose')}
        </Button>
      </form>
    </details>
  );
}
