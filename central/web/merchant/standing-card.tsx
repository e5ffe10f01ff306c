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
import { usePolled } from '../../../shared/web/use-polled.ts';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { ScoreReasons } from '../desk/score-reasons.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 60_000;
/** Of the text that is shown here (`standing.what`). */
const TEXT_VERSION = 'standing-1';

/** The company's own standing: its consent, its score with the reasons, and its appeal. */
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
          {props.isOwner && standing.value ? (
            <div className="buttons">
              <Button disabled={posted.busy} onClick={() => void say(!consented)}>
                {t(consented ? 'standing.withdraw' : 'standing.consent')}
              </Button>
            </div>
          ) : null}
        </>
      }
    >
      {({ scores }) => (
        <ul className="items">
          {scores.slice(0, 1).map((score) => (
            <LastScore key={score.scoreId} score={score} path={path} {...props} posted={posted} />
          ))}
        </ul>
      )}
    </ListCard>
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
    <li>
      <p className="small muted">{dateText(score.scoredAt, i18n.language)}</p>
      <ScoreReasons score={score} />
      {score.appeal ? <p>{t('standing.appealed', { words: score.appeal.words })}</p> : null}
      {!score.appeal && isOwner ? (
        <NoteForm
          label={t('standing.appeal')}
          busy={posted.busy}
          choices={[{ label: t('standing.send'), onNote: file }]}
        />
      ) : null}
    </li>
  );
}
