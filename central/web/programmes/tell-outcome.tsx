import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  OUTCOMES,
  type Outcome,
  outcomeSchema,
} from '../../../shared/contracts/http-programmes.ts';
import { recordedSchema } from '../../../shared/contracts/reconciliation.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { Failed } from '../desk/list-card.tsx';
import { SelectField } from '../desk/select-field.tsx';
import { TextField } from '../desk/text-field.tsx';
import { usePosted } from '../desk/use-posted.ts';

interface TellOutcomeProps {
  readonly runId: string;
  readonly companies: readonly { readonly id: string; readonly name: string }[];
  readonly onTold: () => void;
}

/** What became of a company that was awarded, in a day's words. */
export function TellOutcome({ runId, companies, onTold }: TellOutcomeProps): ReactElement {
  const { t } = useTranslation();
  const first = companies[0]?.id ?? '';
  const [outcomeId, setOutcomeId] = useState(newId);
  const [told, setTold] = useState<Omit<Outcome, 'outcomeId'>>({
    merchantId: first,
    outcome: 'operating',
    day: '',
    note: '',
  });
  const posted = usePosted(onTold);
  const change = (part: Partial<typeof told>): void => setTold((last) => ({ ...last, ...part }));
  const checked = outcomeSchema.safeParse({ outcomeId, ...told });
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!checked.success) return;
    const path = `/api/programme-runs/${runId}/outcomes`;
    if (!(await posted.post(path, recordedSchema, checked.data))) return;
    setOutcomeId(newId());
    change({ note: '' });
  };
  return (
    <details>
      <summary>{t('outcome.heading')}</summary>
      <form className="form" onSubmit={(event) => void send(event)}>
        <div className="fields">
          <SelectField
            label={t('outcome.company')}
            value={told.merchantId}
            choices={companies.map(({ id, name }) => ({ value: id, text: name }))}
            onChoice={(merchantId) => change({ merchantId })}
          />
          <SelectField
            label={t('outcome.what')}
            value={told.outcome}
            choices={OUTCOMES.map((value) => ({ value, text: t(`outcome.${value}`) }))}
            onChoice={(outcome) => change({ outcome })}
          />
          <TextField
            label={t('outcome.day')}
            type="date"
            value={told.day}
            required
            onText={(day) => change({ day })}
          />
        </div>
        <TextField
          label={t('outcome.note')}
          value={told.note}
          required
          maxLength={500}
          onText={(note) => change({ note })}
        />
        {posted.failure ? <Failed failure={posted.failure} /> : null}
        <Button type="submit" disabled={posted.busy || !checked.success}>
          {t('outcome.send')}
        </Button>
      </form>
    </details>
  );
}
