import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  appealListSchema,
  GRADES,
  type Grade,
  type StandingScore,
  standingScoreSchema,
} from '../../../shared/contracts/http-standing.ts';
import { dateText } from '../../../shared/web/format.ts';
import { usePolled } from '../../../shared/web/use-polled.ts';
import { ItemList } from '../desk/item-list.tsx';
import { Failed, ListCard } from '../desk/list-card.tsx';
import { NoteForm } from '../desk/note-form.tsx';
import { ScoreReasons } from '../desk/score-reasons.tsx';
import { SelectField } from '../desk/select-field.tsx';
import { type Posted, usePosted } from '../desk/use-posted.ts';

const POLL_MS = 15_000;
type Appeal = NonNullable<StandingScore['appeal']>;

/** Appeals that wait for a person: what the company says, what the score says, and the decision. */
export function AppealsCard(): ReactElement {
  const { t } = useTranslation();
  const listed = usePolled('/api/standing/appeals?state=open', appealListSchema, POLL_MS);
  const posted = usePosted(listed.reload);
  return (
    <ListCard
      id="appeals"
      heading={t('appeals.heading')}
      polled={listed}
      isEmpty={({ scores }) => scores.length === 0}
      none={t('appeals.none')}
      foot={posted.failure ? <Failed failure={posted.failure} /> : null}
    >
      {({ scores }) => (
        <ItemList labelledBy="appeals">
          {scores.map((score) =>
            score.appeal ? (
              <AppealItem key={score.scoreId} score={score} appeal={score.appeal} posted={posted} />
            ) : null,
          )}
        </ItemList>
      )}
    </ListCard>
  );
}

interface AppealItemProps {
  readonly score: StandingScore;
  readonly appeal: Appeal;
  readonly posted: Posted;
}

function AppealItem({ score, appeal, posted }: AppealItemProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { appealId, words, filedAt } = appeal;
  const others = GRADES.filter((each) => each !== score.grade);
  const [grade, setGrade] = useState<Grade>(betterThan(score.grade) ?? 'C');
  const decide = (decision: object) => (note: string) => {
    const path = `/api/standing/appeals/${appealId}/decide`;
    void posted.post(path, standingScoreSchema, { ...decision, note });
  };
  return (
    <li>
      <div className="item-head">
        <strong>{score.companyName}</strong>
        <span className="small muted">
          {t('appeals.filed', { when: dateText(filedAt, i18n.language) })}
        </span>
      </div>
      <blockquote>{words}</blockquote>
      <details>
        <summary>
          {t('appeals.score', {
            grade: score.grade ?? '–',
            score: score.score ?? '–',
            when: dateText(score.scoredAt, i18n.language),
          })}
        </summary>
        <ScoreReasons score={score} />
      </details>
      <div className="choose">
        <SelectField
          label={t('appeals.grade')}
          value={grade}
          choices={others.map((value) => ({ value, text: value }))}
          onChoice={setGrade}
        />
      </div>
      <NoteForm
        label={t('appeals.note')}
        busy={posted.busy}
        choices={[
          { label: t('appeals.keep'), onNote: decide({ decision: 'kept' }) },
          {
            label: t('appeals.change', { grade }),
            onNote: decide({ decision: 'changed', grade }),
          },
        ]}
      />
    </li>
  );
}

/** The next better grade; below the best where there is none. */
function betterThan(grade: Grade | null): Grade | undefined {
  if (grade === null) return undefined;
  return grade === 'A' ? 'B' : GRADES[GRADES.indexOf(grade) - 1];
}
