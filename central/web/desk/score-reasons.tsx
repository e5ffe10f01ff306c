import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StandingScore } from '../../../shared/contracts/http-standing.ts';

/** Reasons that are listed; the others are one sum, so that the column still adds up. */
const LISTED = 8;

/** A score in whole points, the reasons that add up to it, how sure it is and what would lift it. */
export function ScoreReasons({ score }: { readonly score: StandingScore }): ReactElement {
  const { t, i18n } = useTranslation();
  if (score.score === null) return <p>{t('session.score.refused')}</p>;
  const { appeal, basePoints, confidence, lift, reasons } = score;
  const others = reasons.slice(LISTED).reduce((sum, { points }) => sum + points, 0);
  const percent = new Intl.NumberFormat(i18n.language, {
    style: 'percent',
    maximumFractionDigits: 0,
  });
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  return (
    <>
      <p className="due-sum">
        {appeal?.grade ?? score.grade} <span className="score-points">{score.score}</span>
      </p>
      {appeal?.decision ? (
        <p>{t(`session.score.${appeal.decision}`, { note: appeal.note ?? '' })}</p>
      ) : null}
      <table>
        <tbody>
          <tr>
            <th scope="row">{t('session.score.base')}</th>
            <td className="number">{basePoints}</td>
          </tr>
          {reasons.slice(0, LISTED).map(({ term, at, points }) => (
            <tr key={term}>
              <th scope="row">
                {term}: {at}
              </th>
              <td className="number">{signed.format(points)}</td>
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
            <td className="number">{score.score}</td>
          </tr>
        </tbody>
      </table>
      <p className="small">
        {t('session.score.confidence', {
          bad: confidence.bad,
          comparable: confidence.comparable,
          low: percent.format(confidence.low),
          high: percent.format(confidence.high),
        })}
      </p>
      {lift && lift.changes.length > 0 ? (
        <>
          <p>{t(lift.reached ? 'session.score.lift' : 'session.score.part', lift)}</p>
          <ul>
            {lift.changes.map(({ feature, to, points }) => (
              <li key={feature}>
                {feature}: {to} ({signed.format(points)})
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}
