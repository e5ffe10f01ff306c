import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StandingScore } from '../../../shared/contracts/http-standing.ts';
import { Notice } from '../../../shared/web/mark.tsx';
import { type FeatureTongue, useFeatureWords } from './feature-words.ts';

/** Reasons that are listed; the others are one sum, so that the column still adds up. */
const LISTED = 8;
type Reason = StandingScore['reasons'][number];

/** A score in whole points, the reasons that add up to it in plain words, how sure it is and what would lift it. */
export function ScoreReasons({ score }: { readonly score: StandingScore }): ReactElement {
  const { t, i18n } = useTranslation();
  const { appeal, confidence } = score;
  const percent = new Intl.NumberFormat(i18n.language, {
    style: 'percent',
    maximumFractionDigits: 0,
  });
  const known = percent.format(confidence.knownShare);
  return (
    <>
      <ScoreHead score={score} />
      {appeal?.decision ? (
        <p>{t(`session.score.${appeal.decision}`, { note: appeal.note ?? '' })}</p>
      ) : null}
      {score.score === null ? (
        <Notice tone="more" icon="info">
          {score.refusal === 'model-failed'
            ? t('session.score.failed')
            : t('session.score.refused', { known })}
        </Notice>
      ) : (
        <>
          <ReasonTable score={score} />
          <p className="small">
            {score.probabilityBad === null
              ? ''
              : t('session.score.probability', {
                  probability: percent.format(score.probabilityBad),
                })}{' '}
            {t('session.score.confidence', {
              bad: confidence.bad,
              comparable: confidence.comparable,
              low: percent.format(confidence.low),
              high: percent.format(confidence.high),
              known,
            })}
          </p>
          <Lift score={score} />
        </>
      )}
    </>
  );
}

/** A person's grade stands above the score's. */
function ScoreHead({ score }: { readonly score: StandingScore }): ReactElement | null {
  const { t } = useTranslation();
  const { appeal } = score;
  const grade = appeal?.grade ?? score.grade;
  if (grade === null) return null;
  const isPersons = appeal?.grade !== null && appeal?.grade !== undefined;
  return (
    <div>
      <p
        className="due-sum"
        aria-label={t('session.score.grade', { grade, score: score.score ?? '–' })}
      >
        {grade} <span className="score-points">{score.score}</span>
      </p>
      {isPersons && score.grade !== null ? (
        <p className="small">{t('session.score.byPerson', { grade: score.grade })}</p>
      ) : null}
      <p className="small muted">{t('session.score.scale')}</p>
    </div>
  );
}

function ReasonTable({ score }: { readonly score: StandingScore }): ReactElement {
  const { t, i18n } = useTranslation();
  const tongue = useFeatureWords(score.words);
  const { basePoints, reasons } = score;
  const listed = reasons.slice(0, LISTED);
  const others = reasons.slice(LISTED).reduce((sum, { points }) => sum + points, 0);
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  const most = Math.max(1, ...listed.map(({ points }) => Math.abs(points)));
  return (
    <table className="reasons">
      <tbody>
        <tr>
          <th scope="row">{t('session.score.base')}</th>
          <td className="number">{basePoints}</td>
        </tr>
        {listed.map((reason) => (
          <tr key={reason.term}>
            <th scope="row">
              {reasonText(reason, tongue)} <span className="mono reason-code">{reason.code}</span>
              <span
                className="reason-bar"
                data-sign={reason.points < 0 ? 'down' : 'up'}
                style={{ width: `${(100 * Math.abs(reason.points)) / most}%` }}
              />
            </th>
            <td className="number">{signed.format(reason.points)}</td>
          </tr>
        ))}
        {others === 0 ? null : (
          <tr>
            <th scope="row">{t('session.score.others')}</th>
            <td className="number">{signed.format(others)}</td>
          </tr>
        )}
        <tr>
          <th scope="row">{t('session.score.total')}</th>
          <td className="number">
            <strong>{score.score}</strong>
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** "Given back: below 2 %"; scores from before there were words say it as the model does. */
function reasonText({ parts, term, at }: Reason, { nameOf, rangeOf }: FeatureTongue): string {
  if (parts.length === 0) return `${term}: ${at}`;
  return parts
    .map(({ feature, range }) => `${nameOf(feature)}: ${rangeOf(feature, range)}`)
    .join(' + ');
}

function Lift({ score }: { readonly score: StandingScore }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const { nameOf, rangeOf } = useFeatureWords(score.words);
  const { lift } = score;
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  if (lift === null) return null;
  const { grade } = lift;
  if (lift.changes.length === 0) return <p>{t('session.score.nothing', { grade })}</p>;
  return (
    <div>
      <p>{t(lift.reached ? 'session.score.lift' : 'session.score.part', { grade })}</p>
      <ul className="lift">
        {lift.changes.map(({ feature, to, range, points }) => (
          <li key={feature}>
            {nameOf(feature)}: {range ? rangeOf(feature, range) : to}{' '}
            <strong>({signed.format(points)})</strong>
          </li>
        ))}
      </ul>
    </div>
  );
}
