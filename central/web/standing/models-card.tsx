import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Challenger,
  challengerListSchema,
} from '../../../shared/contracts/http-challengers.ts';
import { dateText } from '../../../shared/web/format.ts';
import { newId } from '../../../shared/web/ids.ts';
import { Mark, Notice } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';
import { CompareForm, ImportForm } from './challenger-forms.tsx';
import { FairnessTable } from './fairness-table.tsx';

const POLL_MS = 60_000;
/** Ten bins of fewer companies are chance. */
const LEAST_FOR_PSI = 100;

/** The model in force and its challengers: asked in its shadow, compared, and promoted by a person or not at all. */
export function ModelsCard(): ReactElement {
  const { t, i18n } = useTranslation();
  const listed = usePolled('/api/standing/challengers', challengerListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="models"
      heading={t('models.heading')}
      polled={listed}
      isEmpty={({ champion }) => champion === null}
      none={t('models.none')}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ champion, challengers }) => (
        <>
          {champion ? (
            <div>
              <p>
                <strong>
                  {t('models.inForce', {
                    version: champion.version,
                    kind: t(`models.kind.${champion.kind}`),
                    when: dateText(champion.importedAt, i18n.language),
                  })}
                </strong>
              </p>
              <p className="small muted">
                {t('models.looksAt', { count: champion.features.length })}{' '}
                <span className="mono">{champion.sha256.slice(0, 16)}</span>
              </p>
              <FairnessTable card={champion.card} words={champion.words} />
            </div>
          ) : null}
          <p className="small muted">{t('models.what')}</p>
          {challengers.length === 0 ? <p className="muted">{t('models.noChallenger')}</p> : null}
          <ul className="items">
            {challengers.map((challenger) => (
              <ChallengerItem
                key={challenger.challengerId}
                challenger={challenger}
                posted={posted}
              />
            ))}
          </ul>
          <ImportForm posted={posted} />
        </>
      )}
    </ListCard>
  );
}

interface ChallengerItemProps {
  readonly challenger: Challenger;
  readonly posted: Posted;
}

function ChallengerItem({ challenger, posted }: ChallengerItemProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { challengerId, title, inShadow, promotedAt, note, importedAt, inputs } = challenger;
  const state = promotedAt === null ? (inShadow ? 'shadow' : 'rests') : 'promoted';
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' });
  const { shadow } = challenger;
  return (
    <li>
      <div className="item-head">
        <strong>{title}</strong>
        <Mark tone={promotedAt === null ? 'quiet' : 'good'} icon={promotedAt ? 'check' : 'dots'}>
          {t(`models.${state}`)}
        </Mark>
      </div>
      <p className="small muted">
        {t('models.imported', {
          when: dateText(importedAt, i18n.language),
          count: inputs.length,
        })}
      </p>
      {promotedAt === null ? null : (
        <p>{t('models.promotedWhy', { when: dateText(promotedAt, i18n.language), note })}</p>
      )}
      {shadow ? (
        <p className="small">
          {t('models.besides', {
            count: shadow.companies,
            same: percent.format(shadow.sameGrade),
            far: percent.format(shadow.farApart),
            correlation: shadow.rankCorrelation.toFixed(2),
            psi:
              shadow.companies < LEAST_FOR_PSI
                ? t('models.tooFew')
                : shadow.stability.index.toFixed(2),
            failed: shadow.failed,
          })}
        </p>
      ) : null}
      <Comparisons challenger={challenger} />
      {promotedAt === null ? (
        <>
          <CompareForm challengerId={challengerId} posted={posted} />
          <Promote challenger={challenger} posted={posted} />
        </>
      ) : null}
    </li>
  );
}

/** On companies of a later time: who told the bad ones better. */
function Comparisons({ challenger }: { readonly challenger: Challenger }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const [last] = challenger.comparisons;
  if (!last) return <p className="small muted">{t('models.notCompared')}</p>;
  const rows = [
    ['champion', last.champion],
    ['challenger', last.challenger],
  ] as const;
  return (
    <div className="table-frame" role="group" aria-label={t('models.compared')} tabIndex={0}>
      <p className="small">
        {t('models.comparedOn', {
          count: last.companies,
          bad: last.bad,
          when: dateText(last.comparedAt, i18n.language),
          psi: last.agreement.stability.index.toFixed(2),
        })}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('models.who')}</th>
            <th scope="col" className="number">
              AUC
            </th>
            <th scope="col" className="number">
              KS
            </th>
            <th scope="col" className="number">
              Brier
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, quality]) => (
            <tr key={name}>
              <th scope="row">{t(`models.${name}`)}</th>
              <td className="number">{quality.auc.toFixed(3)}</td>
              <td className="number">{quality.ks.toFixed(3)}</td>
              <td className="number">{quality.brier.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Promote({ challenger, posted }: ChallengerItemProps): ReactElement | null {
  const { t } = useTranslation();
  const [modelId] = useState(newId);
  if (challenger.comparisons.length === 0) return null;
  if (challenger.ownWork) {
    return (
      <Notice tone="more" icon="info">
        {t('models.ownWork')}
      </Notice>
    );
  }
  const promote = (note: string): void => {
    const path = `/api/standing/challengers/${challenger.challengerId}/promote`;
    void posted.post(path, challengerListSchema, { modelId, note });
  };
  return (
    <details>
      <summary>{t('models.promote')}</summary>
      <p>{t('models.promoteWhat')}</p>
      <NoteForm
        label={t('models.note')}
        busy={posted.busy}
        choices={[{ label: t('models.promote'), kind: 'danger', onNote: promote }]}
      />
    </details>
  );
}
