import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  DISPUTE_REASONS,
  disputeOpeningSchema,
  disputeSchema,
} from '../../../shared/contracts/http-disputes.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { TextField } from '../desk/text-field.tsx';
import type { Posted } from '../desk/use-posted.ts';

const EMPTY = { hubId: '', paymentId: '', amount: '', reason: 'not_mine' };

/** Opens a dispute for a shopper, by the payment that the receipt leads to. */
export function OpenDispute({ posted }: { readonly posted: Posted }): ReactElement {
  const { t } = useTranslation();
  const id = useId();
  const [texts, setTexts] = useState(EMPTY);
  const [disputeId, setDisputeId] = useState(newId);
  const [isWrong, setIsWrong] = useState(false);
  const change = (name: keyof typeof EMPTY) => (text: string) =>
    setTexts((last) => ({ ...last, [name]: text.trim() }));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { amount, ...rest } = texts;
    const amountMinor = /^\d{1,9}(\.\d{2})?$/.test(amount) ? minorOf(amount) : '';
    const opening = disputeOpeningSchema.safeParse({ disputeId, ...rest, amountMinor });
    setIsWrong(!opening.success);
    if (!opening.success) return;
    if (!(await posted.post('/api/disputes', disputeSchema, opening.data))) return;
    setDisputeId(newId());
    setTexts(EMPTY);
  };
  return (
    <details>
      <summary>{t('open.heading')}</summary>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <TextField label={t('open.hub')} value={texts.hubId} required onText={change('hubId')} />
        <TextField
          label={t('open.payment')}
          value={texts.paymentId}
          required
          onText={change('paymentId')}
        />
        <TextField
          label={t('open.amount')}
          value={texts.amount}
          required
          inputMode="decimal"
          onText={change('amount')}
        />
        <div className="field">
          <label htmlFor={id}>{t('open.reason')}</label>
          <select
            id={id}
            value={texts.reason}
            onChange={(event) => change('reason')(event.target.value)}
          >
            {DISPUTE_REASONS.map((reason) => (
              <option key={reason} value={reason}>
                {t(`session.dispute.${reason}`)}
              </option>
            ))}
          </select>
        </div>
        {isWrong ? (
          <Notice tone="bad" icon="cross">
            {t('open.wrong')}
          </Notice>
        ) : null}
        <Button type="submit" disabled={posted.busy}>
          {t('open.send')}
        </Button>
      </form>
    </details>
  );
}

/** `12` or `12.50` yuan as minor units. */
function minorOf(amount: string): string {
  return amount.includes('.') ? amount.replace('.', '').replace(/^0+(?=\d)/, '') : `${amount}00`;
}
