import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Preview,
  type ProgrammeRules,
  previewSchema,
  programmeSchema,
} from '../../../shared/contracts/http-programmes.ts';
import { Button } from '../../../shared/web/button.tsx';
import { ask, type HttpFailure, jsonPost } from '../../../shared/web/http.ts';
import { newId } from '../../../shared/web/ids.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { Failed } from '../desk/list-card.tsx';
import { usePosted } from '../desk/use-posted.ts';
import { RankedTable } from './ranked-table.tsx';
import { type RulesDraft, type RulesField, readRules } from './rules-draft.ts';
import { RulesForm } from './rules-form.tsx';

function emptyDraft(): RulesDraft {
  return {
    kind: 'subsidy',
    title: '',
    from: '',
    to: '',
    award: '',
    budget: '',
    mostCompanies: '50',
    eligibility: [{ key: newId(), measure: 'street_months', atLeast: '6', atMost: '' }],
    weights: [{ key: newId(), measure: 'street_taken_minor', weight: '1' }],
  };
}

interface Previewed {
  readonly rules: ProgrammeRules;
  readonly preview: Preview;
}

/** Where rules are written and tried on the companies of now, before they are kept for good. */
export function NewProgramme({ onKept }: { readonly onKept: () => void }): ReactElement {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(emptyDraft);
  // kept while the form is open: the same rules sent twice are one programme
  const [programmeId] = useState(newId);
  const [wrong, setWrong] = useState<readonly RulesField[]>([]);
  const [previewed, setPreviewed] = useState<Previewed>();
  const [failure, setFailure] = useState<HttpFailure>();
  const posted = usePosted(onKept);
  const change = (next: RulesDraft): void => {
    setDraft(next);
    setPreviewed(undefined);
  };
  const preview = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const read = readRules(draft);
    setWrong(read.ok ? [] : read.wrong);
    if (!read.ok) return;
    const answer = await ask('/api/programmes/preview', previewSchema, jsonPost(read.rules));
    setFailure(answer.ok ? undefined : answer.error);
    setPreviewed(answer.ok ? { rules: read.rules, preview: answer.value } : undefined);
  };
  const keep = async (rules: ProgrammeRules): Promise<void> => {
    const body = { programmeId, rules };
    if (await posted.post('/api/programmes', programmeSchema, body))
      window.location.hash = `#/${programmeId}`;
  };
  return (
    <>
      <form className="card form" onSubmit={(event) => void preview(event)}>
        <h2>{t('new.heading')}</h2>
        <RulesForm draft={draft} wrong={wrong} onChange={change} />
        {wrong.length > 0 ? (
          <Notice tone="bad" icon="cross">
            {t('new.wrong', { fields: wrong.map((field) => t(`rules.${field}`)).join(', ') })}
          </Notice>
        ) : null}
        {failure ? <Failed failure={failure} /> : null}
        <Button type="submit" kind={previewed ? 'plain' : 'primary'}>
          {t('new.preview')}
        </Button>
      </form>
      {previewed ? (
        <section className="card" aria-labelledby="preview">
          <h2 id="preview">{t('new.previewHeading')}</h2>
          <p className="muted">{t('new.previewWhat')}</p>
          <RankedTable {...previewed.preview} rules={previewed.rules} />
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <p>{t('new.final')}</p>
          <div className="buttons">
            <Button
              kind="primary"
              disabled={posted.busy}
              onClick={() => void keep(previewed.rules)}
            >
              {t('new.keep')}
            </Button>
          </div>
        </section>
      ) : null}
    </>
  );
}
