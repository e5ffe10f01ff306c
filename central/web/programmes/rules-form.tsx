import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { MEASURES, type Measure } from '../../../shared/contracts/http-programmes.ts';
import { Button } from '../../../shared/web/button.tsx';
import { newId } from '../../../shared/web/ids.ts';
import { unitKey } from '../desk/measures.ts';
import { SelectField } from '../desk/select-field.tsx';
import { TextField } from '../desk/text-field.tsx';
import type { RulesDraft, RulesField } from './rules-draft.ts';

/** As many as the rules may have. */
const MOST_LINES = 20;
const KINDS = ['subsidy', 'loan_priority'] as const;

interface RulesFormProps {
  readonly draft: RulesDraft;
  readonly wrong: readonly RulesField[];
  readonly onChange: (draft: RulesDraft) => void;
}

/** The fields of a programme's rules. */
export function RulesForm({ draft, wrong, onChange }: RulesFormProps): ReactElement {
  const { t } = useTranslation();
  const text = (name: 'title' | 'from' | 'to' | 'award' | 'budget' | 'mostCompanies') => ({
    label: t(`rules.${name}`),
    value: draft[name],
    required: true,
    'aria-invalid': wrong.includes(name),
    onText: (value: string) => onChange({ ...draft, [name]: value }),
  });
  return (
    <>
      <div className="fields">
        <TextField {...text('title')} maxLength={120} />
        <SelectField
          label={t('rules.kind')}
          value={draft.kind}
          choices={KINDS.map((value) => ({ value, text: t(`kind.${value}`) }))}
          onChoice={(kind) => onChange({ ...draft, kind })}
        />
      </div>
      <div className="fields">
        <TextField {...text('from')} type="date" />
        <TextField {...text('to')} type="date" min={draft.from} />
      </div>
      <div className="fields">
        <TextField {...text('award')} inputMode="decimal" maxLength={14} />
        <TextField {...text('budget')} inputMode="decimal" maxLength={14} />
        <TextField {...text('mostCompanies')} inputMode="numeric" maxLength={5} />
      </div>
      <Limits draft={draft} wrong={wrong} onChange={onChange} />
      <Weights draft={draft} wrong={wrong} onChange={onChange} />
    </>
  );
}

function Limits({ draft, wrong, onChange }: RulesFormProps): ReactElement {
  const { t } = useTranslation();
  const { eligibility } = draft;
  const change = (key: string, part: object): void =>
    onChange({
      ...draft,
      eligibility: eligibility.map((line) => (line.key === key ? { ...line, ...part } : line)),
    });
  const invalid = wrong.includes('eligibility');
  return (
    <fieldset className="lines">
      <legend>{t('rules.eligibility')}</legend>
      <p className="small muted">{t('rules.eligibilityWhat')}</p>
      {eligibility.map(({ key, measure, atLeast, atMost }) => (
        <RuleLine
          key={key}
          measure={measure}
          onMeasure={(chosen) => change(key, { measure: chosen })}
          onRemove={() =>
            onChange({ ...draft, eligibility: eligibility.filter((line) => line.key !== key) })
          }
        >
          <TextField
            label={t('rules.atLeast', { unit: t(unitKey(measure)) })}
            value={atLeast}
            inputMode="decimal"
            maxLength={14}
            aria-invalid={invalid}
            onText={(value) => change(key, { atLeast: value })}
          />
          <TextField
            label={t('rules.atMost', { unit: t(unitKey(measure)) })}
            value={atMost}
            inputMode="decimal"
            maxLength={14}
            aria-invalid={invalid}
            onText={(value) => change(key, { atMost: value })}
          />
        </RuleLine>
      ))}
      <Button
        disabled={eligibility.length >= MOST_LINES}
        onClick={() =>
          onChange({
            ...draft,
            eligibility: [
              ...eligibility,
              { key: newId(), measure: 'street_payments', atLeast: '', atMost: '' },
            ],
          })
        }
      >
        {t('rules.addLimit')}
      </Button>
    </fieldset>
  );
}

function Weights({ draft, wrong, onChange }: RulesFormProps): ReactElement {
  const { t } = useTranslation();
  const { weights } = draft;
  const change = (key: string, part: object): void =>
    onChange({
      ...draft,
      weights: weights.map((line) => (line.key === key ? { ...line, ...part } : line)),
    });
  return (
    <fieldset className="lines">
      <legend>{t('rules.weights')}</legend>
      <p className="small muted">{t('rules.weightsWhat')}</p>
      {weights.map(({ key, measure, weight }) => (
        <RuleLine
          key={key}
          measure={measure}
          onMeasure={(chosen) => change(key, { measure: chosen })}
          onRemove={() =>
            onChange({ ...draft, weights: weights.filter((line) => line.key !== key) })
          }
        >
          <TextField
            label={t('rules.weight')}
            value={weight}
            maxLength={4}
            aria-invalid={wrong.includes('weights')}
            onText={(value) => change(key, { weight: value })}
          />
        </RuleLine>
      ))}
      <Button
        disabled={weights.length >= MOST_LINES}
        onClick={() =>
          onChange({
            ...draft,
            weights: [...weights, { key: newId(), measure: 'standing_score', weight: '1' }],
          })
        }
      >
        {t('rules.addWeight')}
      </Button>
    </fieldset>
  );
}

interface RuleLineProps {
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
  readonly onRemove: () => void;
  readonly children: ReactNode;
}

/** One measure, what is asked of it, and the way to take the line out again. */
function RuleLine({ measure, onMeasure, onRemove, children }: RuleLineProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="fields line">
      <SelectField
        label={t('rules.measure')}
        value={measure}
        choices={MEASURES.map((value) => ({ value, text: t(`session.measure.${value}`) }))}
        onChoice={onMeasure}
      />
      {children}
      <Button kind="quiet" onClick={onRemove}>
        {t('rules.remove')}
      </Button>
    </div>
  );
}
