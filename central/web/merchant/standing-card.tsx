import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type StandingScore,
  standingSchema,
  standingScoreSchema,
} from '../../../shared/contracts/http-standing.ts';
import { Button } from '../../../shared/web/button.tsx';
import { dateText } from '../../../shared/web/format.ts';
import { newId } from '../../../shared/web/ids.ts';
import { Mark } from '../../../shared/web/mark.tsx';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { ScoreReasons } from '../desk/score-reasons.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 60_000;
/** Of the text that is shown here (`standing.what`). */
const TEXT_VERSION = 'standing-1';

/** The company's own standing: its consent, its score with the reasons, its appeal, and how it went before. */
export function StandingCard(props: {
  readonly merchantId: string;
  readonly isOwner: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const path = `/api/merchants/${props.merchantId}/standing`;
  const standing = usePolled(path, standingSchema, POLL_MS);
  const posted = usePosted(standing.reload);
  const [consentId, setConsentId] = useState(newId);
  const say = async (given: boolean): Promise<void> => {
    const body = { consentId, given, textVersion: TEXT_VERSION };
    if (await posted.post(`${path}/consent`, standingSchema, body)) setConsentId(newId());
  };
  const consented = standing.value?.consented ?? false;
  return (
    <ListCard
      id="standing"
      heading={t('standing.heading')}
      polled={standing}
      isEmpty={({ scores }) => scores.length === 0}
      none={t('standing.none')}
      foot={
        <>
          {posted.failure ? <Failed failure={posted.failure} /> : null}
          <p className="small muted">{t('standing.what')}</p>
          {standing.value ? (
            <Consent
              consented={consented}
              saidAt={standing.value.saidAt}
              say={props.isOwner && !posted.busy ? (given) => void say(given) : undefined}
            />
          ) : null}
        </>
      }
    >
      {({ scores }) => (
        <>
          {scores.slice(0, 1).map((score) => (
            <LastScore key={score.scoreId} score={score} path={path} {...props} posted={posted} />
          ))}
          {scores.length > 1 ? <EarlierScores scores={scores.slice(1)} /> : null}
        </>
      )}
    </ListCard>
  );
}

interface ConsentProps {
  readonly consented: boolean;
  readonly saidAt: string | null;
  /** Undefined for whoever may not speak for the company. */
  readonly say: ((given: boolean) => void) | undefined;
}

/** What the company has said, since when, and the way to say something else. To withdraw takes a second look. */
function Consent({ consented, saidAt, say }: ConsentProps): ReactElement {
  const { t, i18n } = useTranslation();
  const when = saidAt === null ? '' : dateText(saidAt, i18n.language);
  const state = consented ? 'agreed' : saidAt === null ? 'never' : 'withdrawn';
  return (
    <>
      <Mark tone={consented ? 'good' : 'quiet'} icon={consented ? 'check' : 'info'}>
        {t(`standing.${state}`, { when })}
      </Mark>
      {say && !consented ? (
        <div className="buttons">
          <Button onClick={() => say(true)}>{t('standing.consent')}</Button>
        </div>
      ) : null}
      {say && consented ? (
        <details>
          <summary>{t('standing.withdraw')}</summary>
          <p>{t('standing.withdrawWhat')}</p>
          <div className="buttons">
            <Button kind="danger" onClick={() => say(false)}>
              {t('standing.withdraw')}
            </Button>
          </div>
        </details>
      ) : null}
    </>
  );
}

/** What was said before, newest first. */
function EarlierScores({ scores }: { readonly scores: readonly StandingScore[] }): ReactElement {
  const { t, i18n } = useTranslation();
  return (
    <details>
      <summary>{t('standing.earlier')}</summary>
      <table>
        <tbody>
          {scores.map((score) => (
            <tr key={score.scoreId}>
              <th scope="row">{dateText(score.scoredAt, i18n.language)}</th>
              <td className="number">{score.score ?? t('standing.noScore')}</td>
              <td className="number">{score.appeal?.grade ?? score.grade ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

interface LastScoreProps {
  readonly score: StandingScore;
  readonly path: string;
  readonly isOwner: boolean;
  readonly posted: Posted;
}

function LastScore({ score, path, isOwner, posted }: LastScoreProps): ReactElement {
  const { t, i18n } = useTranslation();
  const [appealId] = useState(newId);
  const file = (words: string): void => {
    const body = { appealId, scoreId: score.scoreId, words };
    void posted.post(`${path}/appeals`, standingScoreSchema, body);
  };
  return (
    <>
      <p className="small muted">{dateText(score.scoredAt, i18n.language)}</p>
      <ScoreReasons score={score} />
      {score.appeal ? (
        <p>
          {t('standing.appealed', { words: score.appeal.words })}{' '}
          {score.appeal.decision === null ? t('standing.waits') : ''}
        </p>
      ) : null}
      {!score.appeal && isOwner ? (
        <NoteForm
          label={t('standing.appeal')}
          busy={posted.busy}
          choices={[{ label: t('standing.send'), onNote: file }]}
        />
      ) : null}
    </>
  );
}
