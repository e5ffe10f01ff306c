import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Programme,
  type ProgrammeRules,
  programmeRunSchema,
} from '../../../shared/contracts/http-programmes.ts';
import { Button } from '../../../shared/web/button.tsx';
import { dateText, momentText } from '../../../shared/web/format.ts';
import { newId } from '../../../shared/web/ids.ts';
import { Failed } from '../desk/list-card.tsx';
import { measureText, rulesMoney } from '../desk/measures.ts';
import { usePosted } from '../desk/use-posted.ts';
import { RunCard } from './run-card.tsx';

interface ProgrammeDetailProps {
  readonly programme: Programme;
  readonly onChange: () => void;
}

/** A programme: its rules as they were kept, its runs, and the run that is looked at. */
export function ProgrammeDetail({ programme, onChange }: ProgrammeDetailProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { programmeId, rules, runs } = programme;
  const approved = runs.find(({ approvedAt }) => approvedAt !== null);
  const [chosen, setChosen] = useState<string>();
  const [runId, setRunId] = useState(newId);
  const posted = usePosted(onChange);
  const run = async (): Promise<void> => {
    const path = `/api/programmes/${programmeId}/runs`;
    if (!(await posted.post(path, programmeRunSchema, { runId }))) return;
    setChosen(runId);
    setRunId(newId());
  };
  const shown = chosen ?? approved?.runId ?? runs[0]?.runId;
  return (
    <>
      <section className="card" aria-labelledby="rules">
        <h2 id="rules">{rules.title}</h2>
        <RulesKept rules={rules} />
        {posted.failure ? <Failed failure={posted.failure} /> : null}
        {approved ? null : (
          <div className="buttons">
            <Button
              kind={runs.length === 0 ? 'primary' : 'plain'}
              disabled={posted.busy}
              onClick={() => void run()}
            >
              {t(runs.length === 0 ? 'run.first' : 'run.again')}
            </Button>
          </div>
        )}
        {runs.length > 1 ? (
          <div className="field choose">
            <label htmlFor="run">{t('run.which')}</label>
            <select id="run" value={shown} onChange={(event) => setChosen(event.target.value)}>
              {runs.map((each) => (
                <option key={each.runId} value={each.runId}>
                  {momentText(each.ranAt, i18n.language, Date.now())}
                  {each.approvedAt === null ? '' : ` · ${t('run.approvedOne')}`}
                </option>
              ))}
            </select>
          </div>
        ) : null}
      </section>
      {shown === undefined ? null : (
        <RunCard
          key={shown}
          runId={shown}
          rules={rules}
          isOver={approved !== undefined && approved.runId !== shown}
          onChange={onChange}
        />
      )}
    </>
  );
}

function RulesKept({ rules }: { readonly rules: ProgrammeRules }): ReactElement {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const limits = rules.eligibility.map(({ measure, atLeast, atMost }) => {
    const least = atLeast === undefined ? '' : `≥ ${measureText(measure, atLeast, language)}`;
    const most = atMost === undefined ? '' : `≤ ${measureText(measure, atMost, language)}`;
    const between = [least, most].filter((part) => part !== '').join(', ');
    return `${t(`session.measure.${measure}`)} ${between}`;
  });
  const facts = [
    ['kind', t(`kind.${rules.kind}`)],
    ['days', `${dateText(rules.from, language)} – ${dateText(rules.to, language)}`],
    ['award', rulesMoney(rules.awardMinor, rules, language)],
    ['budget', rulesMoney(rules.budgetMinor, rules, language)],
    ['mostCompanies', new Intl.NumberFormat(language).format(rules.mostCompanies)],
    ['eligibility', limits.length > 0 ? limits.join('; ') : t('rules.everybody')],
    [
      'weights',
      rules.weights
        .map(({ measure, weight }) => `${weight} × ${t(`session.measure.${measure}`)}`)
        .join('; '),
    ],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{t(`rules.${name}`)}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
